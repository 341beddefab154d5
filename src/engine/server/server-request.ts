// A server to be backed up, as the command line names it.
import type { ServerOptions } from '../../redis/connection/server-access.js';
import type { SentinelOptions } from '../../redis/sentinel/sentinel-access.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { Secret } from '../../system/secrets/secret.js';

/** Sentinels that are asked where the server is. */
export interface SentinelRequest extends Omit<SentinelOptions, 'password'> {
  /** A file with their password in its first line, or null. */
  readonly passFile: BytePath | null;
}

/** A server to be backed up: where it is, and what it is asked to do. */
export interface ServerRequest extends ServerOptions {
  /** The Sentinels that are asked where the server is; null where the options say it. */
  readonly sentinel: SentinelRequest | null;
  /** A file with the password in its first line, or null. */
  readonly passFile: BytePath | null;
  /** REDISCLI_AUTH, used if the options give no password. */
  readonly environmentPassword: Secret | null;
  /** The server's configuration file, read if CONFIG GET is not allowed; or null. */
  readonly configuration: BytePath | null;
  /** `--save` as it was typed: `auto`, `bgsave`, `save` or `none`. */
  readonly save: string;
  /** How long to wait in all until the server has loaded its data, and saved. */
  readonly waitTimeoutMs: number;
  /** If the server persists nothing by itself, leave the dump of this backup in its directory. */
  readonly keepDump: boolean;
}
