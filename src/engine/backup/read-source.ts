// Reading files of SOURCE, or clones of them: a disk that cannot be read there is that file's trouble,
// while one that cannot be written is the run's, so the two failures are told apart.
import type { Digests } from '../../system/digest/digests.js';
import { isExhaustion } from '../../system/files/errno.js';
import type { FileDescriptor } from '../../system/files/file-system.js';
import type { RunContext } from '../run/run-context.js';

/** A file of SOURCE could not be read. */
export class SourceReadError extends Error {
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Reads into `into` as far as there is something. @throws SourceReadError, or that resources ran out */
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

export interface Digesting {
  readonly context: RunContext;
  readonly digests: Digests;
}

/**
 * @param onRead takes each piece, which may be reused when it has settled, and how many bytes have been
 *   read with it
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
