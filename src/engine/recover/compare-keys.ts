// Compares the keys that a recovered server has loaded with those that the catalog counts. A key with a time to live may be
// gone. Clients may have written since the server is back, so that a difference is told of and stops nothing. Pure.
import { type Note, lookNote } from '../run/notes.js';
import type { ExpectedKeys } from './plan/recovery-plan.js';
import type { DatabaseKeys } from './plan/snapshot-data.js';

/** @param found only databases that hold keys */
export function compareKeys(
  { databases }: Pick<ExpectedKeys, 'databases'>,
  found: readonly Pick<DatabaseKeys, 'database' | 'keys'>[],
): Note[] {
  if (databases === null) return [];
  const counts = new Map(found.map(({ database, keys }) => [database, keys]));
  const unexpected = found
    .filter(({ database }) => databases.every((each) => each.database !== database))
    .map(({ database, keys }) => differs(database, keys, 'none'));
  const wrong = databases.flatMap(({ database, keys, expiringKeys }) => {
    const count = counts.get(database) ?? 0;
    if (count <= keys && count >= keys - expiringKeys) return [];
    const range = expiringKeys === 0 ? String(keys) : `${keys - expiringKeys} to ${keys}`;
    return [differs(database, count, range)];
  });
  return [...wrong, ...unexpected];
}

function differs(database: number, keys: number, expected: string): Note {
  return lookNote(
    'keys-differ',
    null,
    `database ${database} has ${keys} keys, and the snapshot has ${expected}`,
    'if no client has written since the start, read the log of the server; --undo puts back what was there',
  );
}
