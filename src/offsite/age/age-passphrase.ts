// A passphrase as the recipient and as the identity of an age file ("scrypt" in age-encryption.org/v1), as age-encryption asks
// for them. The package has its own, which computes scrypt in JavaScript: for seconds, on the calling thread.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { type Identity, type Recipient, Stanza } from 'age-encryption';
import { CorruptError } from '../../errors.js';
import type { Secret } from '../../system/secrets/secret.js';

const LABEL = Buffer.from('age-encryption.org/v1/scrypt');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const FILE_KEY_BYTES = 16;
/** That of Debian's age: 256 MiB and about a second. */
const WORK_FACTOR = 18;
/** 1 GiB. A hostile file must not take more. */
const MOST_WORK_FACTOR = 20;
/** Each key encrypts one file key, so there is one nonce. */
const NONCE = Buffer.alloc(12);

export class PassphraseRecipient implements Recipient {
  readonly #passphrase: Secret;

  constructor(passphrase: Secret) {
    this.#passphrase = passphrase;
  }

  async wrapFileKey(fileKey: Uint8Array): Promise<Stanza[]> {
    const salt = randomBytes(SALT_BYTES);
    const key = await wrappingKey(this.#passphrase, salt, WORK_FACTOR);
    const cipher = createCipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_BYTES });
    const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
    const args = ['scrypt', salt.toString('base64').replaceAll('=', ''), String(WORK_FACTOR)];
    return [new Stanza(args, body)];
  }
}

export class PassphraseIdentity implements Identity {
  readonly #passphrase: Secret;

  constructor(passphrase: Secret) {
    this.#passphrase = passphrase;
  }

  /** @throws CorruptError */
  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array | null> {
    const stanza = stanzas.find(({ args: [kind] }) => kind === 'scrypt');
    if (stanza === undefined) return null;
    const [, saltText = '', factorText = '', ...others] = stanza.args;
    const salt = Buffer.from(saltText, 'base64');
    const isSound =
      stanzas.length === 1 &&
      others.length === 0 &&
      salt.length === SALT_BYTES &&
      /^[1-9][0-9]?$/.test(factorText) &&
      stanza.body.length === FILE_KEY_BYTES + TAG_BYTES;
    if (!isSound) throw new CorruptError('the header of the encrypted archive is damaged');
    const factor = Number(factorText);
    if (factor > MOST_WORK_FACTOR) {
      throw new CorruptError(
        `the archive asks for too much work to try its passphrase: 2^${factor}, of 2^${MOST_WORK_FACTOR} at most`,
      );
    }
    const key = await wrappingKey(this.#passphrase, salt, factor);
    return decrypt(key, Buffer.from(stanza.body));
  }
}

/** Null where the key is another one. */
function decrypt(key: Buffer, body: Buffer): Buffer | null {
  const decipher = createDecipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(body.subarray(FILE_KEY_BYTES));
  const fileKey = decipher.update(body.subarray(0, FILE_KEY_BYTES));
  try {
    decipher.final();
    return fileKey;
  } catch {
    return null;
  }
}

const scryptOnThread = promisify<
  string,
  Buffer,
  number,
  { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number },
  Buffer
>(scrypt);

function wrappingKey(passphrase: Secret, salt: Buffer, workFactor: number): Promise<Buffer> {
  const N = 2 ** workFactor;
  const r = 8;
  // What is needed is 128 * N * r and a little more.
  const options = { N, r, p: 1, maxmem: 128 * N * r + (1 << 20) };
  return scryptOnThread(passphrase.reveal(), Buffer.concat([LABEL, salt]), 32, options);
}
