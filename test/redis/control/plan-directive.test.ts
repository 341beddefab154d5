// One directive of a configuration file is changed, and every other byte stays.
import test from 'ava';
import { changeDirective } from '../../../src/redis/control/plan-directive.js';

const CASES: [what: string, before: string, after: string][] = [
  ['a line', 'a 1\nappendonly no\nb 2\n', 'a 1\nappendonly yes\nb 2\n'],
  [
    'the last of several lines',
    'appendonly yes\nappendonly no\n',
    'appendonly yes\nappendonly yes\n',
  ],
  ['other spelling and quotes', '\t AppendOnly   "no"\n', '\t AppendOnly   yes\n'],
  ['a quoted name', '"appendonly" no\n', '"appendonly" yes\n'],
  ['CRLF', 'a 1\r\nappendonly no\r\nb 2', 'a 1\r\nappendonly yes\r\nb 2'],
  [
    'a comment like the line',
    '#appendonly no\n# appendonly no\n',
    '#appendonly no\n# appendonly no\nappendonly yes\n',
  ],
  ['a directive with the same beginning', 'appendonlyx no\n', 'appendonlyx no\nappendonly yes\n'],
  ['no such line', 'a 1\n', 'a 1\nappendonly yes\n'],
  ['no such line and an open end', 'a 1', 'a 1\nappendonly yes\n'],
  ['no such line, CRLF and an open end', 'a 1\r\nb 2', 'a 1\r\nb 2\r\nappendonly yes\r\n'],
  ['an empty file', '', 'appendonly yes\n'],
  ['a line without a value', 'appendonly\n', 'appendonly yes\n'],
  ['bytes that are not UTF-8', '# \xff\xfe\nappendonly no\n', '# \xff\xfe\nappendonly yes\n'],
  ['a line with quotes that do not close', 'a "1\nappendonly no\n', 'a "1\nappendonly yes\n'],
];

for (const [what, before, after] of CASES) {
  test(what, (t) => {
    const changed = changeDirective(Buffer.from(before, 'latin1'), 'appendonly', 'yes');
    t.is(changed.toString('latin1'), after);
    t.deepEqual(changeDirective(changed, 'appendonly', 'yes'), changed);
  });
}
