// Encrypts an archive as an age file. Debian's age does it where an ssh key is among the recipients.
import { sealHeader } from '../age/age-header.js';
import { sealPayload } from '../age/age-payload.js';
import { requireAgeProgram, sealWithProgram } from '../age/age-program.js';
import { isSshRecipient } from '../age/read-recipients.js';
import type { SealingKeys } from './archive-keys.js';

export type Seal = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/**
 * Makes sure that the keys can be used, before anything is read.
 * @throws UsageError for a recipient that makes no sense, and where age is needed and not installed
 */
export async function prepareSeal(keys: SealingKeys): Promise<Seal> {
  if (keys.kind === 'none') return (chunks) => chunks;
  if (keys.kind === 'recipients' && keys.recipients.some(isSshRecipient)) {
    requireAgeProgram();
    return (chunks) => sealWithProgram(chunks, keys.recipients);
  }
  const { bytes, fileKey } = await sealHeader(keys);
  return async function* seal(chunks) {
    yield bytes;
    yield* sealPayload(chunks, fileKey);
  };
}
