// Damage done to one file of a repository, and taken back: a bit that flips, an end that is lost, a
// file that is gone. Times and owners stay as they were, as where a disk does it.
import { readFile, rm, stat, utimes, writeFile, chown, chmod } from 'node:fs/promises';

export const DAMAGES = ['flip', 'truncate', 'delete'] as const;
export type Damage = (typeof DAMAGES)[number];

/** Does the damage, runs `use`, and puts the file back as it was. */
export async function withDamage(
  file: string | Buffer,
  damage: Damage,
  use: () => Promise<void>,
): Promise<void> {
  const bytes = await readFile(file);
  const { mtime, mode, uid, gid } = await stat(file);
  const lay = async (content: Buffer): Promise<void> => {
    await writeFile(file, content);
    await chown(file, uid, gid);
    await chmod(file, mode & 0o7777);
    await utimes(file, mtime, mtime);
  };
  if (damage === 'delete') await rm(file);
  else await lay(damage === 'flip' ? flipped(bytes) : bytes.subarray(0, bytes.length - 1));
  try {
    await use();
  } finally {
    await lay(bytes);
  }
}

/** One bit of the byte in the middle is the other way round. */
export function flipped(bytes: Buffer, position = bytes.length >> 1): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[position] = (damaged[position] ?? 0) ^ 0x10;
  return damaged;
}
