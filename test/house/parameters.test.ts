// No function of src/ has five parameters or more: such a list becomes a value with a name, whose fields a
// reader cannot mix up. Methods, constructors and types of functions count.
import test from 'ava';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { findParentheses, itemsOf, onlyCode } from './brackets.js';

const MOST_PARAMETERS = 4;

/** The exports of the wasm engine: an ABI of numbers (CONTRIBUTING.md, "Conventions"). */
const EXCEPTED = new Set(['delta/engine/engine-exports.ts']);

/** Each parameter list as its text, without what surrounds it. */
function findParameterLists(text: string): string[] {
  const code = onlyCode(text);
  return findParentheses(code)
    .filter(({ end }) => /^(?::|\s*=>|\s*\{)/.test(code.slice(end + 1)))
    .filter(({ begin }) => !/\b(?:if|for|while|switch|catch)\s*$/.test(code.slice(0, begin)))
    .map(({ begin, end }) => code.slice(begin + 1, end));
}

function countParameters(list: string): number {
  return itemsOf(list).length;
}

test('no function of src/ has five parameters or more', (t) => {
  const top = path.resolve('src');
  const names = fs
    .readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !EXCEPTED.has(name));
  let lists = 0;
  const wrong = names.flatMap((name) => {
    const found = findParameterLists(fs.readFileSync(path.join(top, name), 'utf8'));
    lists += found.length;
    return found
      .filter((list) => countParameters(list) > MOST_PARAMETERS)
      .map((list) => `${name}: (${list.trim()})`);
  });
  t.true(lists > 1000, `${lists} parameter lists`);
  t.deepEqual(wrong, []);
});

for (const { text, counts } of [
  { text: 'function f(a: A, b: Map<B, C>, { c, d }: E, e = [1, 2],): F {}', counts: [4] },
  { text: 'class A { constructor(a: A, b: B, c: C, d: D, e: E) {} }', counts: [5] },
  { text: 'class A { async f(\n  a: A,\n  b: B,\n): Promise<void> {} }', counts: [2] },
  { text: 'const f = (a, b, c, d, e) => g(a, b, c, d, e, 6);', counts: [5] },
  { text: 'type F = (a: (x: X, y: Y) => Z, b: B) => void;', counts: [2, 2] },
  { text: 'if (f(a, b, c, d, e)) { g(); }', counts: [] },
  {
    text: "const a = /['(]/.test(text); // a (, b\nconst f = (a: '(', b: `${'('})`) => 1;",
    counts: [2],
  },
]) {
  test(`the parameters are counted in: ${text}`, (t) => {
    t.deepEqual(findParameterLists(text).map(countParameters), counts);
  });
}
