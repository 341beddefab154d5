// How many keys the server will have once it has loaded what is recovered, as far as that is known beforehand. Pure.
import type { ExpectedKeys } from './recovery-plan.js';
import type { DataFile } from './snapshot-data.js';

/**
 * @param files in the order in which a server loads them
 * @param expired how many keys have a time to live that has passed; null where that was not counted
 */
export function expectKeys(files: readonly DataFile[], expired: number | null): ExpectedKeys {
  const [first, ...others] = files;
  const databases = first?.databases ?? null;
  const hasCommands = first?.commands !== 0 && first?.commands !== null;
  const isBaseOnly = !hasCommands && others.every(({ sizeBytes }) => sizeBytes === 0);
  if (first === undefined || databases === null || !isBaseOnly) return UNKNOWN_KEYS;
  const expiredMost = databases.reduce((sum, { expiringKeys }) => sum + expiringKeys, 0);
  return { databases, countedIn: first.path, expired, expiredMost };
}

export const UNKNOWN_KEYS: ExpectedKeys = {
  databases: null,
  countedIn: null,
  expired: null,
  expiredMost: null,
};
