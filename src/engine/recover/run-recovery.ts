// Runs the steps of a recovery, or of its undo, one after the other, with a line in the journal before and after each. A step
// that was begun by a run that was killed is done again. So every step looks at what is there first.
import { InterruptedError, RewindError } from '../../errors.js';
import { asidePath } from '../../repository/layout.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import type { RestoreSource } from '../restore/restore-source.js';
import type { Step } from './journal/journal-entries.js';
import { stepsLeft } from './journal/journal-state.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import type { FilesPlan } from './plan/recovery-plan.js';
import { holdServerDirectory, holdWithParent } from './steps/hold-server-directory.js';
import { removeLeftoverWork } from './steps/leftover-work.js';
import { holdAside, moveNames } from './steps/move-names.js';
import { placeFiles } from './steps/place-files.js';
import type { ServerOwner } from './steps/recovered-source.js';
import { StoppedRecoveryError } from './stopped-recovery-error.js';
import { whereThingsStand } from './where-things-stand.js';

export interface RecoveryRun {
  readonly journal: RecoveryJournal;
  /** The server's directory, a real path. */
  readonly directory: BytePath;
  readonly control: ServerControl;
  /** What is placed; null for an undo. */
  readonly placement: {
    readonly source: RestoreSource;
    readonly files: FilesPlan;
    readonly owner: ServerOwner;
  } | null;
  readonly context: RunContext;
}

/** What is done with the server itself. Each may be done again. */
export interface ServerControl {
  /** Saves what the server holds, and backs it up. */
  keepPresent(): Promise<readonly Note[]>;
  /** Returns when the server is gone for good. */
  stop(): Promise<void>;
  /** @throws ServerError where a server works in the directory */
  requireGone(): void;
  /** Returns when the server has loaded its data. */
  start(): Promise<void>;
  /** Compares what the server has loaded with what was expected. */
  check(): Promise<readonly Note[]>;
}

/** @throws RewindError whose hint says where things stand, and what to type next */
export async function runRecovery(run: RecoveryRun): Promise<Note[]> {
  const { journal, context } = run;
  const notes: Note[] = [];
  const { direction } = journal.state;
  try {
    for (const step of stepsLeft(journal.state)) {
      await context.checkpoint();
      journal.noteBegun(step);
      append(notes, await STEPS[step](run));
      journal.noteDone(step);
    }
  } catch (error) {
    throw withStanding(error, journal);
  }
  if (journal.state.outcome === null) {
    journal.noteEnd(direction === 'forward' ? 'recovered' : 'undone');
  }
  return notes;
}

const STEPS: Readonly<Record<Step, (run: RecoveryRun) => Promise<readonly Note[]>>> = {
  'keep-present': async ({ control }) => control.keepPresent(),
  stop: async ({ control }) => quietly(control.stop()),
  'move-aside': async (run) => moveFormer(run, 'out'),
  place,
  start: async ({ control }) => quietly(control.start()),
  check: async ({ control }) => control.check(),
  'stop-again': async ({ control }) => quietly(control.stop()),
  'take-away': async (run) => takeAway(run),
  'put-back': async (run) => moveFormer(run, 'back'),
  'start-former': async ({ control }) => quietly(control.start()),
};

async function quietly(work: Promise<void>): Promise<readonly Note[]> {
  await work;
  return [];
}

/** The server may have written its dump only as it ended: all that it loads or writes is moved, if it is there. */
function moveFormer(run: RecoveryRun, way: 'out' | 'back'): readonly Note[] {
  return moveData(run, 'former', way);
}

function takeAway(run: RecoveryRun): readonly Note[] {
  return moveData(run, 'recovered', 'out');
}

function moveData(
  { journal, directory, control, context }: RecoveryRun,
  holds: 'former' | 'recovered',
  way: 'out' | 'back',
): readonly Note[] {
  const { fileSystem, uid } = context;
  const { id, data, isAsideWithin, directory: known } = journal.state.record;
  const folder = asidePath(directory, id, { holds, isWithin: isAsideWithin });
  control.requireGone();
  const hold = isAsideWithin ? holdServerDirectory : holdWithParent;
  const held = hold(fileSystem, { ...known, path: directory });
  try {
    const aside = holdAside(fileSystem, folder, uid);
    try {
      const [from, to] = way === 'out' ? [directory, folder] : [folder, directory];
      moveNames(fileSystem, { from, to, names: data });
    } finally {
      aside.release();
    }
  } finally {
    held.release();
  }
  control.requireGone();
  return [];
}

async function place({
  journal,
  directory,
  control,
  placement,
  context,
}: RecoveryRun): Promise<readonly Note[]> {
  if (placement === null) throw new Error('there is nothing to place');
  const { fileSystem, uid, processId } = context;
  control.requireGone();
  const { processIds, record } = journal.state;
  const held = holdServerDirectory(fileSystem, { ...record.directory, path: directory });
  try {
    const others = [...processIds].filter((id) => id !== processId);
    removeLeftoverWork(fileSystem, directory, others, uid);
    const notes = await placeFiles({ ...placement, directory }, context);
    control.requireGone();
    return notes;
  } finally {
    held.release();
  }
}

/** The error with what a person must know now. Its own hint comes first. */
function withStanding(error: unknown, journal: RecoveryJournal): unknown {
  if (!(error instanceof RewindError) || error instanceof InterruptedError) return error;
  const standing = whereThingsStand(journal.state);
  return new StoppedRecoveryError(error, standing);
}
