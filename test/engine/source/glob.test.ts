import test from 'ava';
import * as fc from 'fast-check';
import { parseGlob, reachOf } from '../../../src/engine/source/glob.js';
import { parsePath } from '../../../src/system/files/byte-path.js';

function matches(pattern: string, shown: string): boolean {
  return reach(pattern, shown) === 'match';
}

function reach(pattern: string, path: string): string {
  return reachOf(parseGlob(pattern), parsePath(path));
}

test('wildcards match within a name, two stars across them', (t) => {
  for (const [pattern, path] of [
    ['a', 'a'],
    ['*', 'abc'],
    ['*', '.abc'],
    ['a*c', 'ac'],
    ['a*c', 'abcbc'],
    ['*.*', '.'],
    ['a?c', 'abc'],
    ['**', 'a'],
    ['a/**', 'a/b'],
    ['**/c', 'c'],
    ['**/c', 'a/b/c'],
    ['a/**/c', 'a/c'],
    ['a/**/**/c', 'a/b/c'],
    ['a**c', 'ac'],
    ['a**c', 'a/b/c'],
    ['**c', 'a/bc'],
    ['a*/b', 'axx/b'],
  ] as const) {
    t.true(matches(pattern, path), `${pattern} ${path}`);
  }
  for (const [pattern, path] of [
    ['a', 'A'],
    ['a', 'ab'],
    ['ab', 'a'],
    ['*', 'a/b'],
    ['a?c', 'a/c'],
    ['a*c', 'a/c'],
    ['a/**', 'a'],
    ['**/c', 'bc'],
    ['a/**/c', 'a/bc'],
    ['a/**/c', 'abc'],
    ['**/b/*', 'b'],
    ['', 'a'],
  ] as const) {
    t.false(matches(pattern, path), `${pattern} ${path}`);
  }
});

test('classes list characters and ranges, negated with ! or ^', (t) => {
  for (const [pattern, path] of [
    ['[abc]', 'b'],
    ['[a-c]x', 'bx'],
    ['[!a-c]', 'd'],
    ['[^a-c]', 'd'],
    ['[]a]', ']'],
    ['[!]a]', 'b'],
    ['[a-]', '-'],
    ['[-a]', '-'],
    ['[!-]', 'a'],
    ['[a\\-c]', '-'],
    ['[\\]]', ']'],
    ['[\\!a]', '!'],
    ['[*?]', '*'],
    ['[à-ü]', 'é'],
    ['[\\xc3\\xa9]', 'é'],
    ['[\\xf0-\\xff]', '\\xfe'],
    ['[!a]', '\\xfe'],
    ['[!a]', '😀'],
    ['[😀-😂]', '😁'],
    ['[a-c][1-3]', 'b2'],
  ] as const) {
    t.true(matches(pattern, path), `${pattern} ${path}`);
  }
  for (const [pattern, path] of [
    ['[abc]', 'd'],
    ['[!abc]', 'a'],
    ['[!a]', ''],
    ['x[!a]y', 'x/y'],
    ['x[/]y', 'x/y'],
    ['[a\\-c]', 'b'],
    ['[*]', 'a'],
    ['[!\\xff]', '\\xff'],
  ] as const) {
    t.false(matches(pattern, path), `${pattern} ${path}`);
  }
  t.throws(() => parseGlob('[z-a]'), { instanceOf: RangeError, message: /'\[z-a\]'/ });
});

test('a bracket that is not closed within its name stands for itself', (t) => {
  t.true(matches('[a', '[a'));
  t.true(matches('a[', 'a['));
  t.true(matches('[a/b]', '[a/b]'));
  t.true(matches('a[b*', 'a[bc'));
  t.true(matches('[]', '[]'));
  t.true(matches('[!]', '[!]'));
});

test('a backslash escapes a wildcard, and stands for itself before anything else', (t) => {
  t.true(matches('a\\*', 'a*'));
  t.false(matches('a\\*', 'ab'));
  t.true(matches('\\?', '?'));
  t.true(matches('\\[a]', '[a]'));
  t.true(matches('a\\\\b', 'a\\b'));
  t.true(matches('a\\b', 'a\\b'));
  t.true(matches('a\\', 'a\\'));
  t.true(matches('\\\\x41', '\\x5cx41'));
  t.true(matches('\\x2a', '*'));
  t.false(matches('\\x2a', 'a'));
});

test('parentheses, braces, quotes and other signs stand for themselves', (t) => {
  for (const name of [
    'foo(1).rdb',
    '{a,b}',
    '"a"',
    '!a',
    'a+b',
    '@(a)',
    'a|b',
    '^a$',
    '#a',
    '~',
    'a,b',
  ]) {
    t.true(matches(name, name), name);
    t.true(matches(`${name}*`, `${name}x`), name);
  }
});

test('folders on the way to a match are told apart from paths below a match', (t) => {
  t.is(reach('a/b', 'a'), 'above');
  t.is(reach('a/b', 'a/b'), 'match');
  t.is(reach('a/b', 'a/b/c/d'), 'below');
  t.is(reach('**', 'a/b/c'), 'below');
  t.is(reach('a/b', 'b'), 'none');
  t.is(reach('a/b', 'ab'), 'none');
  t.is(reach('a', 'b'), 'none');
  t.is(reach('**/x', 'a/b'), 'above');
  t.is(reach('**/x', 'a/x/b'), 'below');
  t.is(reach('a*/x', 'ab'), 'above');
  t.is(reach('a**x', 'ab'), 'above');
  t.is(reach('a/**/x', 'a'), 'above');
  t.is(reach('a/**/x', 'b'), 'none');
});

test('every path that is written as a pattern with its wildcards escaped matches itself only', (t) => {
  const name = fc.stringMatching(/^[a-c*?[\]\\!^-]{1,6}$/);
  fc.assert(
    fc.property(name, name, (one, other) => {
      const pattern = one.replace(/[*?[\]\\!^-]/g, '\\$&');
      t.true(matches(pattern, one), pattern);
      t.is(matches(pattern, other), one === other, `${pattern} ${other}`);
    }),
    { numRuns: 2000 },
  );
});

test('a glob of stars and letters agrees with the regular expression it stands for', (t) => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[ab*?/]{1,8}$/).filter((each) => !/^\/|\/$|\/\/|\*\*/.test(each)),
      fc.stringMatching(/^[ab/]{1,8}$/).filter((each) => !/^\/|\/$|\/\//.test(each)),
      (pattern, path) => {
        const expected = pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
        t.is(matches(pattern, path), new RegExp(`^${expected}$`).test(path), `${pattern} ${path}`);
      },
    ),
    { numRuns: 5000 },
  );
});

test('a pattern full of stars ends at once where a backtracking one would not', (t) => {
  t.false(matches('*a*a*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(250)));
  t.false(matches('**/**/**/**/**/**/**/**/b', 'a/'.repeat(200) + 'a'));
});
