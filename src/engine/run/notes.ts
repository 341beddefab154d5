// Notes: what a run that succeeds still has to say. `info` is a remark, `look` a warning.
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { NoteKind } from './note-kinds.js';

/** Something worth saying about a run that succeeded. `look` makes the exit code 3. */
export interface Note {
  readonly severity: 'info' | 'look';
  readonly kind: NoteKind;
  /** The path that the note is about, or null. */
  readonly path: string | null;
  /** Lower case, no full stop, names the object. */
  readonly message: string;
  /** What to do next, or null. */
  readonly hint: string | null;
}

/** A remark: shown on a terminal or with -v. */
export function infoNote(kind: NoteKind, path: BytePath | null, message: string): Note {
  return { severity: 'info', kind, path: shownOrNull(path), message, hint: null };
}

/** A warning: a person should look at something, and the run ends with exit 3. */
export function lookNote(
  kind: NoteKind,
  path: BytePath | null,
  message: string,
  hint: string | null = null,
): Note {
  return { severity: 'look', kind, path: shownOrNull(path), message, hint };
}

function shownOrNull(path: BytePath | null): string | null {
  return path === null ? null : showPath(path);
}

/** A path of a snapshot as people see it; the root is `.`. */
export function showPath(path: BytePath): string {
  return path === '' ? '.' : formatPath(path);
}
