// The program knows what is being typed at the cursor of an unfinished line.
import test from 'ava';
import { findCompletionPoint } from '../../../src/cli/completion/completion-point.js';

function point(line: string) {
  return findCompletionPoint(line.split(' '));
}

const KINDS: [line: string, kind: ReturnType<typeof findCompletionPoint>['kind']][] = [
  ['', 'command'],
  ['ba', 'command'],
  ['--json ', 'command'],
  ['-', 'option'],
  ['--', 'option'],
  ['backup --al', 'option'],
  ['backup /s --', 'option'],
  ['/s -', 'option'],
  ['backup ', 'path'],
  ['backup /s ', 'path'],
  ['/s ', 'path'],
  ['backup --also ', 'path'],
  ['backup --also -', 'path'],
  ['backup --exclude ', 'path'],
  ['--tempdir ', 'path'],
  ['--terminal-verbosity ', 'path'],
  ['backup -- -', 'path'],
  ['restore -r ', 'time'],
  ['restore -r n', 'time'],
  ['restore --restore-as-of ', 'time'],
  ['-qr ', 'time'],
  ['list --changed-since ', 'time'],
  ['restore -r 3D ', 'path'],
  ['-r 3D ', 'command'],
  ['-r3D ', 'command'],
  ['restore --at=3D ', 'path'],
  ['aof ', 'choice'],
  ['aof en', 'choice'],
  ['aof -', 'option'],
  ['aof --redis-conf ', 'path'],
  ['aof -p 6379 ', 'choice'],
  ['aof enable ', 'path'],
];

for (const [line, kind] of KINDS) {
  test(`'${line}' ends with a ${kind}`, (t) => {
    t.is(point(line).kind, kind);
  });
}

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}

test('the options are those of the command that is named', (t) => {
  const options = new Set(names(point('list --').options));
  const asked = ['files', 'json', 'also', 'chown'];
  t.deepEqual(
    asked.filter((name) => options.has(name)),
    ['files', 'json'],
  );
});

test('a line without a command’s name may become a backup or a restore', (t) => {
  const options = new Set(names(point('/s --').options));
  const asked = ['also', 'at', 'json', 'files'];
  t.deepEqual(
    asked.filter((name) => options.has(name)),
    ['also', 'at', 'json'],
  );
});

test('an option that may be repeated does not count as given', (t) => {
  t.deepEqual(names(point('backup --json --also x -v --exclude y --force --').given), [
    'json',
    'force',
  ]);
});

test('the option that waits for its value is the last one given', (t) => {
  t.deepEqual(names(point('list --files -r ').given), ['files', 'at']);
});

test('commands are named once', (t) => {
  const commands = names(point('').commands);
  t.true(commands.includes('backup'), commands.join(' '));
  t.deepEqual(point('list x').commands, []);
});
