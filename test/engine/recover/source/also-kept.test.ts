// A recovery tells what --also kept, with a command that gets it back as it is typed.
import test from 'ava';

import { alsoKeptNotes } from '../../../../src/engine/recover/source/also-kept.js';
import { createEntry } from '../../../support/repository/restore-entry.js';

const folder = createEntry('redis-rewind-data/also/etc', { type: 'directory' });

function messagesOf(names: readonly string[]): string[] {
  const entries = names.map((name) => createEntry(name));
  const all = [createEntry('dump.rdb'), folder, ...entries];
  const commandToRestore = (path: string) => `redis-rewind restore ${path} DEST`;
  return alsoKeptNotes({ files: { entries: all }, commandToRestore }).map(({ message }) => message);
}

test('what --also kept is named by its former path, with the command that gets it back', (t) => {
  t.deepEqual(messagesOf(['redis-rewind-data/also/etc/redis/redis.conf']), [
    "the snapshot also has '/etc/redis/redis.conf', which a recovery does not place; get one back with: redis-rewind restore redis-rewind-data/also/etc/redis/redis.conf DEST",
  ]);
});

test('nothing is said of a snapshot without, and of many some are counted', (t) => {
  t.deepEqual(messagesOf([]), []);
  const names = Array.from({ length: 12 }, (_, index) => `redis-rewind-data/also/etc/${index}`);
  const [message = ''] = messagesOf(names);
  t.regex(message, /^the snapshot also has '\/etc\/0', .*'\/etc\/9' and 2 more, which /);
});
