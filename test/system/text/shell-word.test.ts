// A quoted word reaches a program as it was, by real shells.
import { execFileSync } from 'node:child_process';
import test from 'ava';

import { shellWord } from '../../../src/system/text/shell-word.js';

const PLAIN = ['/srv/backups/redis', '2026-11-20T13:31:07Z', 'redis:redis', '/a/b-c_d.e,f+1@2%3'];
const QUOTED = [
  '',
  '/srv/my backups/redis',
  "/srv/it's/redis",
  "''",
  '/srv/$HOME/`id`/$(id)',
  '/srv/\\x80\\\\n',
  '/srv/"a"/*?[b]{c,d}',
  '~/redis',
  'a=~/b',
  '=ls',
  '#12',
  '!!',
  '-r',
  'a;b|c&d<e>f(g)',
  'line\nline\ttab',
  '/srv/ü/日本',
];

for (const shell of ['sh', 'bash']) {
  test(`a word reaches a program as it was: ${shell}`, (t) => {
    const words = [...PLAIN, ...QUOTED];
    const line = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    const output = execFileSync(shell, ['-c', line], { encoding: 'utf8' });
    t.deepEqual(output.split('\0'), [...words, '']);
  });
}

test('only words that need quotes get some', (t) => {
  t.deepEqual(PLAIN.map(shellWord), PLAIN);
  for (const word of QUOTED) t.not(shellWord(word), word);
});
