// The commands that `recover` tells a person to type.
import test from 'ava';
import { parseArguments } from '../../../src/cli/options/parse-arguments.js';
import { toTypedCommands } from '../../../src/cli/options/recover-commands.js';

function typed(...words: readonly string[]) {
  const parsed = parseArguments(['recover', ...words]);
  return toTypedCommands(parsed, parsed.operands[1] ?? '');
}

test('they name the server as it was named, and the repository as it was typed', (t) => {
  t.deepEqual(typed('-r', '2026-11-22 03:00:00 +01:00', '--use', 'rdb', 'my repo', '-p', '6380'), {
    again: "redis-rewind recover -r '2026-11-22 03:00:00 +01:00' --use rdb 'my repo' -p 6380",
    undo: "redis-rewind recover --undo 'my repo' -p 6380",
  });
  t.is(
    typed('--undo', "it's", '-s', '/run/redis.sock').undo,
    "redis-rewind recover --undo 'it'\\''s' -s /run/redis.sock",
  );
});

test('no password is in them, and no command that may hold one', (t) => {
  const urls = [
    'redis://u:hush@h:1',
    'redis://:hush@h:1',
    'rediss://u:hu%40sh@h',
    'unix://:hush@/run/r.sock',
  ];
  for (const url of urls) {
    const { again, undo } = typed('-r', 'now', 'repo', '--redis', url, '-a', 'hush');
    t.notRegex(again + undo, /hush|hu%40sh/, url);
  }
  t.is(
    typed('--undo', 'repo', '--redis', 'redis://u:hush@h:1').undo,
    'redis-rewind recover --undo repo --redis redis://u@h:1',
  );
  const stop = ['--stop-cmd', 'redis-cli -a hush shutdown', '--start-cmd', 'hush'];
  t.is(
    typed('--undo', 'repo', '-p', '1', ...stop).undo,
    "redis-rewind recover --undo repo -p 1 --stop-cmd '…' --start-cmd '…'",
  );
});
