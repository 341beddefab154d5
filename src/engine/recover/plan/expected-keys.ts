// How many keys the server will have once it has loaded what is recovered, as far as that is known beforehand. Pure.
import type { ExpectedKeys } from './recovery-plan.js';
import type { DataFile } from './snapshot-data.js';

/** @param files in the order in which a server loads them */
export function expectKeys(files: readonly DataFile[]): ExpectedKeys {
  const [first, ...others] = files;
  const databases = first?.databases ?? null;
  const hasCommands = first?.commands !== 0 && first?.commands !== null;
  const isBaseOnly = !hasCommands && others.every(({ sizeBytes }) => sizeBytes === 0);
  if (databases === null || !isBaseOnly) return { databases: null, expiredMost: null };
  const expiredMost = databases.reduce((sum, { expiringKeys }) => sum + expiringKeys, 0);
  return { databases, expiredMost };
}
