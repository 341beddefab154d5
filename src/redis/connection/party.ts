// The other end of a connection, a Redis server or a Sentinel, and the form of an error about it: the
// message begins with what it is and where, such as `Redis at 127.0.0.1:6379`.
import { ServerError, type ServerTrouble } from '../../errors.js';

export interface Party {
  readonly kind: 'Redis' | 'Sentinel';
  /** As formatEndpoint writes it. */
  readonly address: string;
}

/** A failure, without the name of the party. */
export interface PartyFailure {
  readonly trouble: ServerTrouble;
  /** The rest of the message, after the name of the party. */
  readonly says: string;
  readonly hint?: string;
}

/** A Sentinel has a password of its own, or none: the password of the server is never sent to it. */
const SENTINEL_PASSWORD_HINT =
  'put the password of the Sentinels in a file for --sentinel-pass-file; for an ACL user add --sentinel-user';

export function toServerError(party: Party, { trouble, says, hint }: PartyFailure): ServerError {
  const isSentinelsPassword = party.kind === 'Sentinel' && trouble === 'credentials';
  return new ServerError(trouble, `${party.kind} at ${party.address} ${says}`, {
    address: party.address,
    hint: isSentinelsPassword ? SENTINEL_PASSWORD_HINT : hint,
  });
}
