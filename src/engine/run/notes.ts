// Making notes: what a run that went through has to say.
import { type BytePath, formatPath } from '../../system/files/byte-path.js';

/** Something worth saying about a run that went through. `look` ends it with exit 3. */
export interface Note {
  readonly severity: 'info' | 'look';
  /** Stable identifier, such as `left-out-socket` or `stale`. */
  readonly kind: string;
  /** The path it is about, or null. */
  readonly path: string | null;
  /** Lower case, no full stop, names the object. */
  readonly message: string;
  readonly hint: string | null;
}

/** Something that is as it should be, said on a terminal or with -v. */
export function infoNote(kind: string, path: BytePath | null, message: string): Note {
  return note('info', kind, path, message, null);
}

/** Something that a person should look at; the run ends with exit 3. */
export function lookNote(
  kind: string,
  path: BytePath | null,
  message: string,
  hint: string | null = null,
): Note {
  return note('look', kind, path, message, hint);
}

function note(
  severity: Note['severity'],
  kind: string,
  path: BytePath | null,
  message: string,
  hint: string | null,
): Note {
  return { severity, kind, path: path === null ? null : showPath(path), message, hint };
}

/** A path of a snapshot as people see it; the root is `.`. */
export function showPath(path: BytePath): string {
  return path === '' ? '.' : formatPath(path);
}
