// Reading files of SOURCE, or clones of them. A file that cannot be read is left out or kept as it was; a
// repository that cannot be written ends the run. So a failed read has an error of its own.
import type { Digests } from '../../../system/digest/digests.js';
import { isExhaustion } from '../../../system/files/errno.js';
import type { FileDescriptor, FileStat } from '../../../system/files/file-system.js';
import type { RunContext } from '../../run/run-context.js';

/** A file of SOURCE could not be read. */
export class SourceReadError extends Error {
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

/** @returns the part of `into` that was filled. @throws SourceReadError; SystemError where resources ran out */
export function readSource(
  { fileSystem }: RunContext,
  file: FileDescriptor,
  into: Uint8Array,
  position: number,
): Uint8Array {
  try {
    return into.subarray(0, fileSystem.read(file, into, position));
  } catch (error) {
    if (isExhaustion(error)) throw error;
    throw new SourceReadError(error as Error);
  }
}

/** The stat of an open file of SOURCE. @throws as `readSource` */
export function statSource({ fileSystem }: RunContext, file: FileDescriptor): FileStat {
  try {
    return fileSystem.statOpen(file);
  } catch (error) {
    if (isExhaustion(error)) throw error;
    throw new SourceReadError(error as Error);
  }
}

export interface Digesting {
  readonly context: RunContext;
  readonly digests: Digests;
}

/**
 * @param onRead takes each piece, and how many bytes were read up to its end. The memory of the piece may
 *   be reused once the promise has settled
 * @returns the digest of the first `sizeBytes` bytes; null where there are fewer
 * @throws SourceReadError
 */
export async function digestSource(
  { context, digests }: Digesting,
  file: FileDescriptor,
  sizeBytes: number,
  onRead: (bytes: Uint8Array, doneBytes: number) => Promise<void> = async () => {},
): Promise<Buffer | null> {
  const digest = await digests.begin(sizeBytes);
  for (let position = 0; position < sizeBytes;) {
    await context.checkpoint();
    const room = (await digest.room()).subarray(0, sizeBytes - position);
    const bytes = readSource(context, file, room, position);
    if (bytes.length === 0) return null;
    digest.add(bytes.length);
    position += bytes.length;
    await onRead(bytes, position);
  }
  return digest.finish();
}
