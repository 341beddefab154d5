// How an archive is locked, and what opens one.
import type { Secret } from '../../system/secrets/secret.js';
import type { IdentityFile } from '../age/read-identities.js';

export type SealingKeys =
  /** Anybody can read the archive. */
  | { readonly kind: 'none' }
  | { readonly kind: 'passphrase'; readonly passphrase: Secret }
  /** At least one: `age1…`, `ssh-ed25519 …` or `ssh-rsa …`. */
  | { readonly kind: 'recipients'; readonly recipients: readonly string[] };

/** Without any key only an archive that is not encrypted can be opened. */
export interface OpeningKeys {
  readonly identities: readonly IdentityFile[];
  readonly passphrase: Secret | null;
}
