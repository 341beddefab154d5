// The header of an age file: for whom it is encrypted. The package age-encryption writes and reads it. It also makes the key of
// the file, which age-payload.ts encrypts the bytes with.
import { Decrypter, Encrypter, type Recipient } from 'age-encryption';
import { CorruptError, UsageError } from '../../errors.js';
import type { Secret } from '../../system/secrets/secret.js';
import type { ByteSource } from '../../system/streams/byte-source.js';
import { PassphraseIdentity, PassphraseRecipient } from './age-passphrase.js';

export interface SealedHeader {
  /** All that stands before the payload. */
  readonly bytes: Uint8Array;
  readonly fileKey: Uint8Array;
}

const VERSION_LINE = 'age-encryption.org/v1\n';
const ARMOR_LINE = '-----BEGIN AGE ENCRYPTED FILE-----';
/** Hundreds of recipients fit. */
const MOST_HEADER_BYTES = 256 * 1024;
const END_OF_HEADER = /\n--- [^\n]*\n/;

/** @throws UsageError where a recipient is not one of age's own */
export async function sealHeader(
  to: { readonly recipients: readonly string[] } | { readonly passphrase: Secret },
): Promise<SealedHeader> {
  const encrypter = new Encrypter();
  if ('passphrase' in to) encrypter.addRecipient(new PassphraseRecipient(to.passphrase));
  else for (const recipient of to.recipients) addRecipient(encrypter, recipient);
  let fileKey = new Uint8Array(0);
  // It is told the key of the file, and adds nothing to the header.
  const listener: Recipient = {
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  };
  encrypter.addRecipient(listener);
  const sealed = await encrypter.encrypt(new Uint8Array(0));
  return { bytes: sealed.subarray(0, headerLength(sealed) ?? 0), fileKey };
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new UsageError(`'${recipient}' is not a recipient of age: ${(cause as Error).message}`, {
      typed: recipient,
      cause,
    });
  }
}

/** Whether the bytes begin an age file. @throws CorruptError where they begin one in text, as `age -a` writes it */
export function beginsAgeFile(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, ARMOR_LINE.length)).toString('latin1');
  if (text === ARMOR_LINE) {
    throw new CorruptError('the archive is in the text form of age, which is not read here', {
      hint: "decrypt it with 'age -d', and restore from what that writes",
    });
  }
  return text.startsWith(VERSION_LINE);
}

/** As many bytes as beginsAgeFile needs. */
export const AGE_MAGIC_BYTES = ARMOR_LINE.length;

/** Takes the header of an age file. @throws CorruptError where there is no whole one */
export async function takeHeader(source: ByteSource): Promise<Uint8Array> {
  for (let size = 1024; ; size = Math.min(size * 4, MOST_HEADER_BYTES)) {
    const bytes = await source.peek(size);
    const length = headerLength(bytes);
    if (length !== null) return Uint8Array.from(await source.take(length));
    if (bytes.length < size || size === MOST_HEADER_BYTES) {
      throw new CorruptError('the header of the encrypted archive is damaged, or cut off');
    }
  }
}

function headerLength(bytes: Uint8Array): number | null {
  const head = Buffer.from(bytes.subarray(0, MOST_HEADER_BYTES)).toString('latin1');
  const end = END_OF_HEADER.exec(head);
  return end === null ? null : end.index + end[0].length;
}

/** The kinds of recipients that a header names, such as `X25519`, `scrypt` and `ssh-ed25519`. */
export function recipientKinds(header: Uint8Array): ReadonlySet<string> {
  const lines = Buffer.from(header)
    .toString('latin1')
    .matchAll(/^-> (\S+)/gm);
  return new Set([...lines].map(([, kind]) => kind as string));
}

export interface HeaderKeys {
  /** `AGE-SECRET-KEY-…` */
  readonly identities: readonly Secret[];
  readonly passphrase: Secret | null;
}

/**
 * The key of the file.
 * @returns null where none of the keys opens it
 * @throws CorruptError where the header is damaged
 */
export async function openHeader(header: Uint8Array, keys: HeaderKeys): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  const { identities, passphrase } = keys;
  for (const identity of identities) decrypter.addIdentity(identity.reveal());
  if (passphrase !== null) decrypter.addIdentity(new PassphraseIdentity(passphrase));
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    if ((error as Error).message.startsWith(NO_MATCH)) return null;
    if (error instanceof CorruptError) throw error;
    throw new CorruptError(
      `the header of the encrypted archive is damaged: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** How the package says that no identity fits. It has no other sign. */
const NO_MATCH = 'no identity matched';
