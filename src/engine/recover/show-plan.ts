// The plan of a recovery as a person sees it, with what there is to know before it goes on.
import { formatPath, joinPath } from '../../system/files/byte-path.js';
import { type Note, infoNote } from '../run/notes.js';
import { describeStart, describeStop } from './describe-control.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import { directoryNotes } from './plan/directory-notes.js';
import type { RecoveryPlan } from './plan/recovery-plan.js';
import type { RecoveryPreview } from './recover-report.js';
import type { CommandRun } from './recovery-run.js';
import { alsoKeptNotes } from './source/also-kept.js';
import type { RecoverySource } from './source/recovery-source.js';

export function showPlan(
  run: CommandRun,
  source: RecoverySource,
  plan: RecoveryPlan,
  { id, continued }: { readonly id: string; readonly continued: RecoveryJournal | null },
): RecoveryPreview {
  const { repositoryPath, target, notes } = run;
  const { facts, address } = target;
  const { choice, files, aside } = plan;
  const names = continued?.state.record.aside ?? aside.names;
  const placed = files.placed.map(({ from, to }) => ({
    from: formatPath(from),
    to: formatPath(to),
  }));
  return {
    action: 'recover',
    repository: repositoryPath && formatPath(repositoryPath),
    archive: source.archive?.label ?? null,
    recovery: id,
    isContinued: continued !== null,
    snapshot: source.snapshot,
    server: address,
    directory: formatPath(facts.directory),
    choice,
    protocol: files.protocol,
    placed,
    isAofOn: facts.settings.isAofOn,
    aside: { folder: formatPath(aside.folder), names: names.map((name) => formatPath(name)) },
    putBackFrom: null,
    present: continued === null ? presentOf(run) : 'kept',
    stop: describeStop(plan.stop),
    start: describeStart(plan.start),
    expectedDatabases: plan.expected.databases,
    notes: [
      ...notes,
      ...discardNotes(run, continued),
      ...ownerNotes(run),
      ...source.files.notes,
      ...plan.notes,
      ...alsoKeptNotes(source),
    ],
  };
}

/** A server that runs shows by itself whether it can write there. */
function ownerNotes({ target: { facts, owner }, context }: CommandRun): readonly Note[] {
  const stat = context.fileSystem.stat(facts.directory);
  if (facts.running !== null || stat === null) return [];
  return directoryNotes(facts.directory, stat, owner);
}

/** What is lost for good, since no file has it. */
function discardNotes(
  { request, target }: CommandRun,
  continued: RecoveryJournal | null,
): readonly Note[] {
  const { running, settings, directory } = target.facts;
  const changes = running?.unsavedChanges ?? null;
  if (!request.discardPresent || continued !== null || running === null) return [];
  if (settings.isAofOn === true || changes === 0) return [];
  const count =
    changes === null ? 'what was changed' : changes === 1 ? 'a change' : `${changes} changes`;
  const message = `${count} since the server has saved its dump last will be lost: --discard-present`;
  return [infoNote('discarded', joinPath(directory, settings.dumpName), message)];
}

function presentOf({ request, target }: CommandRun): RecoveryPreview['present'] {
  if (target.facts.running === null) return 'not-running';
  return request.discardPresent ? 'discarded' : 'snapshot';
}
