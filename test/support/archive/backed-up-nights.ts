// A repository with some nights in it, and a key of age, for tests of the command line.
import type { ExecutionContext } from 'ava';
import { createSandbox } from '../sandbox/sandbox.js';
import { createIdentity } from './create-identity.js';

export interface BackedUpNights {
  readonly source: string;
  readonly repository: string;
  /** A path below the sandbox's root. */
  readonly at: (name: string) => string;
  readonly recipient: string;
  /** `-i`: the identity of `recipient`. */
  readonly keyFile: string;
  /** Changes the dump and takes one more snapshot. */
  readonly nextNight: () => Promise<void>;
}

/** @param content of the dump of each night; the clock of the sandbox gives the times */
export async function backedUpNights(
  t: ExecutionContext,
  nights: readonly (string | Buffer)[],
): Promise<BackedUpNights> {
  const sandbox = await createSandbox(t);
  for (const content of nights) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
  }
  const { identityFile: keyFile, recipient } = await createIdentity(sandbox.root);
  const { source, repository } = sandbox;
  let count = nights.length;
  return {
    source,
    repository,
    at: (name) => sandbox.at(name),
    recipient,
    keyFile,
    nextNight: async () => {
      count += 1;
      await sandbox.write('dump.rdb', `night ${count}`);
      await sandbox.backup();
    },
  };
}
