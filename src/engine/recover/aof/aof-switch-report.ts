// What `aof enable` and `aof disable` report, as docs/cli.md describes it.
import type { Note } from '../../run/notes.js';

export interface AofSwitchReport {
  /** Where it was contacted. */
  readonly server: string;
  readonly action: 'enable' | 'disable';
  /** Whether the AOF was on before. */
  readonly wasOn: boolean;
  /** Whether it is on now. */
  readonly isOn: boolean;
  /** `files`: seen on the disk. `server`: only what the server says. Null where nothing had to be proved. */
  readonly proof: 'files' | 'server' | null;
  /** The files of the AOF: the present one, or the old one that stays. Empty where there is none, or they are not seen. */
  readonly files: readonly string[];
  /** The dump that was saved before the AOF was switched off; null where none was, or it is not seen. */
  readonly dump: string | null;
  /** Whether it stays so when the server starts again. */
  readonly survives: boolean;
  /** What has made sure of that: CONFIG REWRITE of the server, an edit of the file, or the file as it was; or null. */
  readonly keptBy: 'server' | 'edit' | 'file' | null;
  /** The configuration file; null where it is not known. */
  readonly configuration: string | null;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}
