// The way back: what was there before a recovery is put in place again. What was recovered, and what the server has written
// since, is moved out of the way and kept.
import { InTheWayError, UsageError } from '../../errors.js';
import { asidePath } from '../../repository/layout.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import { describeStart, describeStop } from './describe-control.js';
import { UNKNOWN_KEYS } from './plan/expected-keys.js';
import type { JournalState } from './journal/journal-state.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import { makeControl } from './make-control.js';
import { markEnd, markFor } from './mark-recovery.js';
import { planControl } from './plan-control.js';
import { forgetServer } from './target/recall-target.js';
import type { RecoverReport, RecoveryPreview } from './recover-report.js';
import type { CommandRun } from './recovery-run.js';
import { runRecovery } from './run-recovery.js';
import { readServerNow } from './server-now.js';

/** @throws UsageError where there is nothing to undo */
export async function undoRecovery(run: CommandRun): Promise<RecoverReport> {
  const { request, context, target, startedMs } = run;
  const { toType } = request;
  const { directory } = target.facts;
  const journal = findUndoable(run);
  requireFormer(context, directory, journal.state);
  const plan = planControl(target);
  const preview = showUndo(run, journal.state, plan);
  const confirmed = !request.dryRun && (await request.confirm(preview));
  if (!confirmed) return report(run, preview, 'planned', startedMs);
  const control = makeControl(run, {
    ...plan,
    protocol: null,
    expected: UNKNOWN_KEYS,
    keepPresent: async () => [],
  });
  markFor(run, journal.state.record, 'begun');
  if (journal.state.direction === 'forward') journal.noteUndo();
  const notes = await runRecovery({
    journal,
    directory,
    control,
    placement: null,
    beforeEnd: () => markEnd(run, journal.state.record, 'undone'),
    toType,
    context,
  });
  forgetServer(request, journal.state.record.id, context);
  return report(run, { ...preview, notes: [...preview.notes, ...notes] }, 'undone', startedMs);
}

/** The newest that was not taken back. */
function findUndoable({ journals, repositoryPath, target, notes }: CommandRun): RecoveryJournal {
  const journal = journals.find(({ state }) => state.outcome !== 'undone');
  if (journal !== undefined) return journal;
  const directory = formatPath(target.facts.directory);
  if (notes.length > 0) {
    const passedOver = notes.map(({ message }) => message).join('; ');
    throw new UsageError(
      `no recovery of the server in '${directory}' can be undone: not every journal can be read`,
      {
        hint: `${passedOver}; what was there before a recovery is in '${directory}.before-recover-…', or in '.redis-rewind-aside-…' within it: put it back by hand`,
      },
    );
  }
  throw new UsageError(`no recovery of the server in '${directory}' is left to be undone`, {
    hint: `journals of recoveries are looked for in ${lookedInto(repositoryPath)}: run as the user who ran the recovery`,
  });
}

function lookedInto(repositoryPath: BytePath | null): string {
  const own = "this user's own state folder";
  return repositoryPath === null
    ? `${own} alone, since no repository is named`
    : `'${formatPath(repositoryPath)}', and in ${own}`;
}

/** @throws InTheWayError where somebody has taken away what is to be put back */
function requireFormer(
  { fileSystem }: RunContext,
  directory: BytePath,
  { record, done, begun }: JournalState,
): void {
  if (!done.has('move-aside') || begun.has('put-back')) return;
  const folder = formerFolder(directory, record);
  const names = fileSystem.stat(folder) === null ? null : fileSystem.list(folder);
  // A server that had no file yet may have saved its first one as it ended.
  const isThere =
    record.aside.length === 0 ? names !== null : record.aside.some((name) => names?.includes(name));
  if (isThere) return;
  throw new InTheWayError(`what was there before is no longer in '${formatPath(folder)}'`, {
    path: folder,
    hint: "move it back there, or recover the snapshot that was taken of it: 'redis-rewind list REPO'",
  });
}

function formerFolder(
  directory: BytePath,
  { id, isAsideWithin }: Pick<JournalState['record'], 'id' | 'isAsideWithin'>,
): BytePath {
  return asidePath(directory, id, { holds: 'former', isWithin: isAsideWithin });
}

/** Without it the undo does nothing with the server. */
const NOT_NEEDED = 'not needed';

function showUndo(
  { repositoryPath, target, notes }: CommandRun,
  { record, direction, begun }: JournalState,
  { stop, start }: ReturnType<typeof planControl>,
): RecoveryPreview {
  const { facts, address } = target;
  const { directory } = facts;
  const { id, isAsideWithin } = record;
  const recovered = asidePath(directory, id, { holds: 'recovered', isWithin: isAsideWithin });
  const isMoved = begun.has('move-aside');
  return {
    action: 'undo',
    repository: repositoryPath && formatPath(repositoryPath),
    archive: null,
    recovery: id,
    isContinued: direction === 'undo',
    snapshot: null,
    server: address,
    directory: formatPath(directory),
    choice: null,
    protocol: null,
    placed: [],
    isAofOn: facts.settings.isAofOn,
    aside: {
      folder: formatPath(recovered),
      names: isMoved
        ? facts.names.filter((name) => record.data.includes(name)).map((name) => formatPath(name))
        : [],
    },
    putBackFrom: isMoved ? formatPath(formerFolder(directory, record)) : null,
    present: facts.running === null ? 'not-running' : 'discarded',
    stop: isMoved ? describeStop(stop) : NOT_NEEDED,
    start: begun.has('stop') ? describeStart(start) : NOT_NEEDED,
    expectedDatabases: null,
    notes,
  };
}

async function report(
  run: CommandRun,
  preview: RecoveryPreview,
  outcome: 'planned' | 'undone',
  startedMs: number,
): Promise<RecoverReport> {
  const { context, target } = run;
  const isUp = outcome === 'undone' && planControl(target).start.kind !== 'by-hand';
  return {
    ...preview,
    outcome,
    presentSnapshot: null,
    now: isUp
      ? await readServerNow(run, 'what was there is back, and the server was started')
      : null,
    undo: null,
    elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
}
