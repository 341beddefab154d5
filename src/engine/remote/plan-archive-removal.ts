// Which archives of a store go, and why. Pure. The rules hold for each repository by itself, so that a server with a snapshot
// each hour takes no night from another one. Several archives of one snapshot stay or go together.
import type { StoredArchive } from '../../offsite/stores/store.js';
import { type Decision, type Selection, planRemovals } from '../keep/plan-removal.js';
import { type ArchivedSnapshot, archivedSnapshot } from './remote-archives.js';
import type { UnknownReason } from './remote-report.js';

export interface ArchiveDecision {
  readonly archive: StoredArchive;
  readonly goes: boolean;
  readonly reasons: readonly (Decision['reasons'][number] | UnknownReason)[];
}

type RulesSelection = Extract<Selection, { kind: 'rules' }>;

interface KnownArchive {
  readonly archive: StoredArchive;
  readonly snapshot: ArchivedSnapshot;
}

/** In the order of `archives`. */
export function planArchiveRemoval(
  archives: readonly StoredArchive[],
  selection: RulesSelection,
): ArchiveDecision[] {
  const known = archives.flatMap((archive) => {
    const snapshot = archivedSnapshot(archive);
    return snapshot === null ? [] : [{ archive, snapshot }];
  });
  const decisions = new Map<StoredArchive, Decision>();
  for (const group of groupsOf(known, ({ snapshot }) => snapshot.repositoryId ?? '')) {
    for (const [archive, decision] of decideGroup(group, selection)) {
      decisions.set(archive, decision);
    }
  }
  return archives.map((archive) => {
    const decision = decisions.get(archive);
    if (decision === undefined) return { archive, goes: false, reasons: [{ kind: 'unknown' }] };
    return { archive, goes: decision.goes, reasons: decision.reasons };
  });
}

/** @param group archives of one repository */
function decideGroup(
  group: readonly KnownArchive[],
  selection: RulesSelection,
): [StoredArchive, Decision][] {
  const snapshots = groupsOf(group, ({ snapshot }) => `${snapshot.timeSeconds} ${snapshot.id}`);
  const oldestFirst = snapshots.toSorted(([a], [b]) => order(a?.snapshot, b?.snapshot));
  // A repository that was made anew from a copy may have used a number twice. So snapshots are told apart by their places.
  const timed = oldestFirst.map(([first], place) => ({
    id: place,
    timeSeconds: first?.snapshot.timeSeconds ?? 0,
  }));
  const protection = { pinned: new Set<number>(), alarmId: null };
  const decisions = planRemovals(timed, selection, protection, false);
  return decisions.flatMap((decision, place) =>
    (oldestFirst[place] ?? []).map(({ archive }): [StoredArchive, Decision] => [archive, decision]),
  );
}

function order(a: ArchivedSnapshot | undefined, b: ArchivedSnapshot | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return a.timeSeconds - b.timeSeconds || a.id - b.id;
}

function groupsOf<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}
