// Foreign control characters never reach a terminal.
import test from 'ava';
import { formatError } from '../../../src/cli/output/errors.js';
import { formatNote } from '../../../src/cli/output/notes.js';
import { plain } from '../../../src/cli/output/styles.js';
import { visibleLine, visibleText } from '../../../src/cli/output/visible-text.js';
import { warning } from '../sample-reports.js';

const TEXTS: [text: string, line: string][] = [
  ['größe', 'größe'],
  ['a\nb\tc', String.raw`a\x0ab\x09c`],
  ['\u001B[31mred\u007F', String.raw`\x1b[31mred\x7f`],
  ['\r\0\u009B', String.raw`\x0d\x00\xc2\x9b`],
  ['a\u202Eb\u2028c\uFEFF', String.raw`a\xe2\x80\xaeb\xe2\x80\xa8c\xef\xbb\xbf`],
  [String.raw`'a\xff'`, String.raw`'a\xff'`],
];

for (const [text, line] of TEXTS) {
  test(`${JSON.stringify(text)} is shown as ${line}`, (t) => {
    t.is(visibleLine(text), line);
  });
}

test('text keeps its lines and tabs', (t) => {
  t.is(visibleText('a\n\tb\u001Bc\n'), 'a\n\tb\\x1bc\n');
});

test('a failure and a note are one line each, followed by a line for the hint', (t) => {
  const report = { code: 'USAGE', exitCode: 2, message: "no 'a\nb'", hint: "try 'c\u001Bd'" };
  t.is(formatError(report, plain), "redis-rewind: no 'a\\x0ab'\nhint: try 'c\\x1bd'\n");
  const note = { ...warning, message: 'a\nb', hint: 'c\nd' };
  t.is(formatNote(note, plain), 'redis-rewind: warning: a\\x0ab\nhint: c\\x0ad\n');
});
