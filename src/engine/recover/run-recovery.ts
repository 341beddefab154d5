// Runs the steps of a recovery, or of its undo, one after the other, with a line in the journal before and after each. A step
// that was begun by a run that was killed is done again. So every step looks at what is there first.
import { InterruptedError, RewindError } from '../../errors.js';
import { asidePath } from '../../repository/layout.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import type { HeldFolder } from '../../system/files/held-folders.js';
import { append } from '../../system/lists/lists.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import type { RestoreSource } from '../restore/restore-source.js';
import type { Step } from './journal/journal-entries.js';
import { stepsLeft } from './journal/journal-state.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import type { CommandsToType } from './recover-request.js';
import type { FilesPlan } from './plan/recovery-plan.js';
import { holdServerDirectory, holdWithParent } from './steps/hold-server-directory.js';
import { removeLeftoverWork } from './steps/leftover-work.js';
import { holdAside, moveNames } from './steps/move-names.js';
import { placeFiles } from './steps/place-files.js';
import { type MeanwhilePlace, setAsideMeanwhile } from './steps/set-aside-meanwhile.js';
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
  /** Tells the next backup that it is done, before the journal ends: a kill in between leaves no false alarm. */
  readonly beforeEnd: () => readonly Note[];
  /** For errors. */
  readonly toType: CommandsToType;
  readonly context: RunContext;
}

/** What is done with the server itself. Each may be done again. */
export interface ServerControl {
  /** Saves what the server holds, and backs it up. */
  keepPresent(): Promise<readonly Note[]>;
  /** Returns when the server is gone for good. */
  stop(): Promise<void>;
  /** Whether a server works in the directory. */
  isUp(): boolean;
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
  const { direction, begun: begunBefore } = journal.state;
  try {
    await stopStartedMeanwhile(run);
    for (const step of stepsLeft(journal.state)) {
      await context.checkpoint();
      journal.noteBegun(step);
      append(notes, await STEPS[step]({ ...run, begunBefore }));
      journal.noteDone(step);
    }
  } catch (error) {
    throw withStanding(error, run);
  }
  if (journal.state.outcome === null) {
    append(notes, run.beforeEnd());
    journal.noteEnd(direction === 'forward' ? 'recovered' : 'undone');
  }
  return notes;
}

/** A run at one of its steps. */
interface StepRun extends RecoveryRun {
  /** Steps that an earlier run had begun. */
  readonly begunBefore: ReadonlySet<Step>;
}

const STEPS: Readonly<Record<Step, (run: StepRun) => Promise<readonly Note[]>>> = {
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

/** A person may have started the server after an earlier run had stopped it. */
async function stopStartedMeanwhile({ journal, control }: RecoveryRun): Promise<void> {
  const { direction, done, begun } = journal.state;
  const [stopped, next] =
    direction === 'forward'
      ? (['stop', 'start'] as const)
      : (['stop-again', 'start-former'] as const);
  if (done.has(stopped) && !begun.has(next) && control.isUp()) await control.stop();
}

async function quietly(work: Promise<void>): Promise<readonly Note[]> {
  await work;
  return [];
}

/** The server may have written its dump only as it ended: all that it loads or writes is moved, if it is there. */
function moveFormer(run: StepRun, way: 'out' | 'back'): readonly Note[] {
  return moveData(run, 'former', way);
}

function takeAway(run: StepRun): readonly Note[] {
  return moveData(run, 'recovered', 'out');
}

function moveData(
  run: StepRun,
  holds: 'former' | 'recovered',
  way: 'out' | 'back',
): readonly Note[] {
  const { journal, directory, control, context } = run;
  const { fileSystem, uid } = context;
  const { data } = journal.state.record;
  const { folder } = placeAside(run, holds);
  control.requireGone();
  const held = holdFolders(run);
  try {
    const aside = holdAside(fileSystem, folder, uid);
    try {
      const [from, to] = way === 'out' ? [directory, folder] : [folder, directory];
      clearTheWay(run, folder, way);
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

/** The server's directory, and the folder in which what is moved out of the way is. */
function holdFolders({ journal, directory, context }: RecoveryRun): HeldFolder {
  const { record } = journal.state;
  const hold = record.isAsideWithin ? holdServerDirectory : holdWithParent;
  return hold(context.fileSystem, { ...record.directory, path: directory });
}

/**
 * A server that was started meanwhile may have written files of its own. Of names that are in both folders, those in the
 * directory are such. As long as nothing is put back, all names there are.
 */
function clearTheWay(run: StepRun, folder: BytePath, way: 'out' | 'back'): void {
  const { journal, context, begunBefore } = run;
  const { fileSystem } = context;
  const { record, done, direction } = journal.state;
  const isAll = way === 'back' && done.has('move-aside') && !begunBefore.has('put-back');
  const others = record.data.filter(
    (name) => isAll || fileSystem.stat(joinPath(folder, name)) !== null,
  );
  const aside = placeAside(run, direction === 'forward' ? 'former' : 'recovered');
  setAsideMeanwhile(fileSystem, aside, others);
}

function placeAside(
  { journal, directory, context }: RecoveryRun,
  holds: 'former' | 'recovered',
): MeanwhilePlace {
  const { id, isAsideWithin } = journal.state.record;
  const folder = asidePath(directory, id, { holds, isWithin: isAsideWithin });
  return { directory, folder, uid: context.uid };
}

async function place(run: RecoveryRun): Promise<readonly Note[]> {
  const { journal, directory, control, placement, context } = run;
  if (placement === null) throw new Error('there is nothing to place');
  const { fileSystem, uid, processId } = context;
  control.requireGone();
  const { processIds, record } = journal.state;
  const folders = holdFolders(run);
  try {
    setAsideMeanwhile(fileSystem, placeAside(run, 'former'), record.data);
  } finally {
    folders.release();
  }
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
function withStanding(error: unknown, { journal, toType }: RecoveryRun): unknown {
  const standing = whereThingsStand(journal.state, toType);
  if (error instanceof InterruptedError) {
    return new InterruptedError(error.signal, { hint: standing });
  }
  return error instanceof RewindError ? new StoppedRecoveryError(error, standing) : error;
}
