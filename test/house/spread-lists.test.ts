// No call of src/ spreads a list into its arguments: each item takes room on the stack, and a list of unknown
// length overflows it. `append` and `greatest` of src/system/lists/ take lists of any length. A list that is
// written out in the call, as in f(...[a, b]), has a known length.
import test from 'ava';
import { findParentheses, itemsOf, onlyCode } from './brackets.js';
import { readSources } from './sources.js';

/** The calls that spread a list into their arguments, and those that hand over a list as all arguments. */
function findSpreads(text: string): string[] {
  const code = onlyCode(text);
  const calls = findParentheses(code).filter(
    ({ begin, end }) =>
      /(?:[\w\])>!]|\?\.)\s*$/.test(code.slice(Math.max(0, begin - 80), begin)) &&
      !/^(?::|\s*=>|\s*\{)/.test(code.slice(end + 1)),
  );
  const spreads = calls
    .map(({ begin, end }) => code.slice(begin + 1, end))
    .filter((list) => isSpread(list));
  return [...spreads, ...(code.match(/\.apply\(/g) ?? [])];
}

/** A list that is written out is `#` for `itemsOf`. */
function isSpread(list: string): boolean {
  return itemsOf(list).some((item) => /^\s*\.\.\./.test(item) && !/^\s*\.\.\.#\s*$/.test(item));
}

test('no call of src/ spreads a list of unknown length', (t) => {
  const wrong = readSources('src').flatMap(({ name, text }) =>
    findSpreads(text).map((list) => `${name}: (${list.trim()})`),
  );
  t.deepEqual(wrong, []);
});

for (const { text, isWrong } of [
  { text: 'found.push(...more);', isWrong: true },
  { text: 'found.push(first, ...(await more()), last);', isWrong: true },
  { text: 'found.push(\n  ...more.map(({ id }) => id),\n);', isWrong: true },
  { text: 'if (a) b = Math.max(0, ...numbers) + 1;', isWrong: true },
  { text: 'String.fromCharCode.apply(null, bytes);', isWrong: true },
  { text: 'new Uint8Array(...bytes(1));', isWrong: true },
  { text: 'f?.(...list);', isWrong: true },
  { text: 'f(...[a, b].map(g));', isWrong: true },
  { text: 'f(...(more));', isWrong: true },
  { text: 'f(...[a, b]);', isWrong: false },
  { text: 'f([...list], { ...fields });', isWrong: false },
  { text: 'f(g, (...rest) => h(rest));', isWrong: false },
  { text: 'function f(...rest: A[]): B {}', isWrong: false },
  { text: 'const [first, ...others] = f(list);', isWrong: false },
]) {
  test(`a spread is ${isWrong ? 'found' : 'not found'} in: ${text.replace(/\s+/g, ' ')}`, (t) => {
    t.is(findSpreads(text).length > 0, isWrong);
  });
}
