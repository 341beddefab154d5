// Shows the notes of a run that succeeded. `look` is a warning and `info` a remark.
import type { Note } from '../../engine/run/notes.js';
import { EXIT } from '../../errors.js';
import type { Painter } from './styles.js';
import { visibleLine } from './visible-text.js';

/** One note as lines for people. Each ends with a newline. */
export function formatNote(note: Note, paint: Painter): string {
  const word = note.severity === 'look' ? paint('warning', 'warning:') : 'note:';
  const hint = note.hint === null ? '' : `hint: ${visibleLine(note.hint)}\n`;
  return `redis-rewind: ${word} ${visibleLine(note.message)}\n${hint}`;
}

/** Exit 3 if something needs a look, else 0. */
export function exitCodeOf(notes: readonly Note[]): number {
  return notes.some((note) => note.severity === 'look') ? EXIT.needsALook : EXIT.done;
}
