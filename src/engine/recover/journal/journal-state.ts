// How far a recovery has come, and what is left to be done, by the lines of its journal. A step that was begun and not done
// is done again: each step looks at what is there, so that nothing is done twice. Pure.
import {
  FORWARD_STEPS,
  type JournalEntry,
  type Step,
  UNDO_STEPS,
  type UndoStep,
} from './journal-entries.js';
import type { RecoveryRecord } from './recovery-record.js';

export interface JournalState {
  readonly record: RecoveryRecord;
  readonly direction: 'forward' | 'undo';
  readonly begun: ReadonlySet<Step>;
  readonly done: ReadonlySet<Step>;
  readonly outcome: 'recovered' | 'undone' | null;
  /** Of the programs that have worked on it. */
  readonly processIds: ReadonlySet<number>;
}

/** Null where the journal has not even its first line: nothing was changed then. */
export function readState(entries: readonly JournalEntry[]): JournalState | null {
  const [first] = entries;
  if (first?.entry !== 'recovery') return null;
  const begun = new Set<Step>();
  const done = new Set<Step>();
  const processIds = new Set<number>();
  let direction: JournalState['direction'] = 'forward';
  let outcome: JournalState['outcome'] = null;
  for (const entry of entries) {
    if (entry.entry === 'undo') {
      direction = 'undo';
      outcome = null;
    } else if (entry.entry === 'end') {
      outcome = entry.outcome;
    } else if (entry.entry === 'step') {
      processIds.add(entry.processId);
      begun.add(entry.step);
      if (entry.state === 'done') done.add(entry.step);
    }
  }
  return { record: first.record, direction, begun, done, outcome, processIds };
}

/** Of a state that goes forward, or after an `undo` of one that goes back. Empty where only the end is to be noted. */
export function stepsLeft({ direction, begun, done, outcome }: JournalState): readonly Step[] {
  if (outcome !== null) return [];
  const steps = direction === 'forward' ? FORWARD_STEPS : undoSteps(begun);
  return steps.filter((step) => !done.has(step));
}

/** What a recovery that has come so far must have taken back. */
function undoSteps(begun: ReadonlySet<Step>): readonly UndoStep[] {
  if (!begun.has('stop')) return [];
  if (!begun.has('move-aside')) return ['start-former'];
  return UNDO_STEPS.filter((step) => step !== 'take-away' || begun.has('place'));
}
