// The lines of a journal of a recovery (docs/format.md, "A recovery"). Each is a JSON object.
import { StoredObject, decodeStored } from '../../../repository/stored/stored-fields.js';
import { type RecoveryRecord, decodeRecord, encodeRecord } from './recovery-record.js';

/** In their order. */
export const FORWARD_STEPS = [
  /** The server is saved, and what it holds is backed up. */
  'keep-present',
  'stop',
  /** What is there is moved out of the way. */
  'move-aside',
  'place',
  'start',
  /** What the server has loaded is compared with the catalog. */
  'check',
] as const;

/** In their order. */
export const UNDO_STEPS = [
  'stop-again',
  /** What was placed, and what the server has written since, is moved out of the way. */
  'take-away',
  'put-back',
  'start-former',
] as const;

export type ForwardStep = (typeof FORWARD_STEPS)[number];
export type UndoStep = (typeof UNDO_STEPS)[number];
export type Step = ForwardStep | UndoStep;

export type JournalEntry =
  /** The first line. */
  | { readonly entry: 'recovery'; readonly record: RecoveryRecord }
  | {
      readonly entry: 'step';
      readonly step: Step;
      readonly state: 'begun' | 'done';
      /** Of this program when it wrote the line: what it has left behind has its number in the name. */
      readonly processId: number;
    }
  /** From here on the recovery is taken back. */
  | { readonly entry: 'undo' }
  /** Nothing is left to be done. */
  | { readonly entry: 'end'; readonly outcome: 'recovered' | 'undone' };

export function encodeEntry(entry: JournalEntry): string {
  const { entry: kind } = entry;
  const fields =
    kind === 'recovery'
      ? encodeRecord(entry.record)
      : kind === 'step'
        ? { step: entry.step, state: entry.state, processId: entry.processId }
        : kind === 'end'
          ? { outcome: entry.outcome }
          : {};
  return JSON.stringify({ entry: kind, ...fields });
}

/** @throws CorruptError for a line that this program does not write */
export function decodeEntry(line: string, journal: string): JournalEntry {
  return decodeStored(line, { damage: `the journal '${journal}' is damaged` }, (value) => {
    const stored = new StoredObject(value, 'a line');
    const kind = stored.text('entry');
    switch (kind) {
      case 'recovery':
        return { entry: kind, record: decodeRecord(stored) };
      case 'step':
        return {
          entry: kind,
          step: oneOf([...FORWARD_STEPS, ...UNDO_STEPS], stored.text('step')),
          state: oneOf(['begun', 'done'], stored.text('state')),
          processId: stored.count('processId'),
        };
      case 'undo':
        return { entry: kind };
      case 'end':
        return { entry: kind, outcome: oneOf(['recovered', 'undone'], stored.text('outcome')) };
      default:
        throw new Error('a line is of an unknown kind');
    }
  });
}

function oneOf<T extends string>(words: readonly T[], text: string): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Error('a word is unknown');
  return found;
}
