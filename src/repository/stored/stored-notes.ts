// The notes of a backup as the catalog keeps them (docs/format.md, "Notes"). They have a type of their own
// here, so a change to a report never changes the format.
import type { Snapshot } from '../../catalog/records.js';
import { decodeList, decodeStored } from './stored-fields.js';

/** Something that a person should look at. */
export interface StoredNote {
  /** `look`; a later program may have written another word. */
  readonly severity: string;
  /** Such as `stale`. An older or newer version of this program may have used other kinds. */
  readonly kind: string;
  /** The path that the note is about, or null. */
  readonly path: string | null;
  readonly message: string;
  readonly hint: string | null;
}

export function encodeNotes(notes: readonly StoredNote[]): string {
  return JSON.stringify(
    notes.map(({ severity, kind, path, message, hint }) => ({
      severity,
      kind,
      path,
      message,
      hint,
    })),
  );
}

/** @throws CorruptError for text that no backup would write */
export function decodeNotes({ id, notesJson }: Pick<Snapshot, 'id' | 'notesJson'>): StoredNote[] {
  const of = { damage: `the notes of snapshot ${id} are damaged`, snapshotId: id };
  return decodeStored(notesJson, of, (value) =>
    decodeList(value, 'the text', (note) => ({
      severity: note.text('severity'),
      kind: note.text('kind'),
      path: note.textOrNull('path'),
      message: note.text('message'),
      hint: note.textOrNull('hint'),
    })),
  );
}
