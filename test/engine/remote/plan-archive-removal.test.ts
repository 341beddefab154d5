// Which archives of a store go: by the rules of `remove`, for each repository by itself.
import test from 'ava';
import { formatArchiveName } from '../../../src/offsite/archive-name.js';
import type { StoredArchive } from '../../../src/offsite/stores/store.js';
import { type KeepRules, NO_RULES } from '../../../src/engine/keep/keep-rules.js';
import { planArchiveRemoval } from '../../../src/engine/remote/plan-archive-removal.js';

const DAY = 86_400;
const FIRST = Date.parse('2026-11-01T03:00:00Z') / 1000;

interface Given {
  readonly day: number;
  readonly repository?: string | null;
  readonly name?: string;
}

/** Without `repository`, an archive of which only the name is known. */
function archiveOf({ day, repository, name }: Given): StoredArchive {
  const snapshotTimeSeconds = FIRST + day * DAY;
  const labels = { snapshotId: day + 1, snapshotTimeSeconds };
  return {
    name: name ?? formatArchiveName({ ...labels, isEncrypted: true }),
    sizeBytes: 1000,
    storedAtMs: snapshotTimeSeconds * 1000,
    headers:
      repository === undefined
        ? null
        : { ...labels, program: 'p', host: 'h', repositoryId: repository, sha256: null },
  };
}

function plan(archives: readonly StoredArchive[], rules: Partial<KeepRules>, before?: number) {
  const selection = {
    kind: 'rules' as const,
    rules: { ...NO_RULES, ...rules },
    beforeSeconds: before ?? null,
  };
  return planArchiveRemoval(archives, selection);
}

function left(archives: readonly StoredArchive[], rules: Partial<KeepRules>, before?: number) {
  return plan(archives, rules, before).flatMap(({ archive, goes }) => (goes ? [] : [archive.name]));
}

const names = (archives: readonly StoredArchive[]): string[] => archives.map(({ name }) => name);

test('the rules count the snapshots of one repository, whatever others there are', (t) => {
  const often = Array.from({ length: 20 }, (_, day) =>
    archiveOf({ day, repository: 'often', name: `often-${day}` }),
  );
  const seldom = [0, 10].map((day) => archiveOf({ day, repository: 'seldom', name: `old-${day}` }));
  const all = [...often, ...seldom];
  t.deepEqual(left(all, { last: 2 }), names([...often.slice(-2), ...seldom]));
});

test('archives without headers are told apart by their names', (t) => {
  const files = Array.from({ length: 5 }, (_, day) => archiveOf({ day }));
  t.deepEqual(left(files, { last: 2 }), names(files.slice(-2)));
  t.deepEqual(left(files.toReversed(), { last: 2 }), names(files.slice(-2).toReversed()));
});

test('several archives of one snapshot count once, and go together', (t) => {
  const copies = [0, 1, 2].flatMap((day) =>
    ['a', 'b'].map((copy) => archiveOf({ day, repository: 'r', name: `${copy}-${day}` })),
  );
  t.deepEqual(left(copies, { last: 2 }), ['a-1', 'b-1', 'a-2', 'b-2']);
});

test('the newest stays, and so does what is not old enough or not known', (t) => {
  const archives = [0, 1, 2].map((day) => archiveOf({ day, repository: 'r' }));
  const unknown = archiveOf({ day: 0, name: 'by-hand' });
  const decided = plan([...archives, unknown], {}, FIRST + DAY);
  t.deepEqual(
    decided.map(({ goes, reasons }) => [goes, reasons.map(({ kind }) => kind)]),
    [
      [true, ['older']],
      [false, ['not-older']],
      [false, ['newest', 'not-older']],
      [false, ['unknown']],
    ],
  );
  t.deepEqual(left(archives, { last: 0 }), names(archives.slice(-1)));
});
