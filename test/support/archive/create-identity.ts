// A key of age in a file, as `age-keygen` makes it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';

export interface KeyPair {
  readonly identityFile: string;
  readonly recipient: string;
}

/** @param folder gets the file `key.txt`; it is made if it does not exist */
export async function createIdentity(folder: string): Promise<KeyPair> {
  await mkdir(folder, { recursive: true });
  const identity = await generateX25519Identity();
  const identityFile = path.join(folder, 'key.txt');
  await writeFile(identityFile, `${identity}\n`, { mode: 0o600 });
  return { identityFile, recipient: await identityToRecipient(identity) };
}
