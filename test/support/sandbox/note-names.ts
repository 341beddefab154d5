// The notes of a report as short text, so that a test compares them in one line.
import type { Note } from '../../../src/engine/run/notes.js';
import type { StoredNote } from '../../../src/repository/stored/stored-notes.js';

/** `kind path` of each note, in order of their text. */
export function noteNames(notes: readonly (Note | StoredNote)[]): string[] {
  return notes.map(({ kind, path: about }) => `${kind} ${about ?? '-'}`).toSorted();
}

/** As noteNames, of the notes that end a run with exit 3. */
export function lookNames(notes: readonly (Note | StoredNote)[]): string[] {
  return noteNames(notes.filter(({ severity }) => severity === 'look'));
}
