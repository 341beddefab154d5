// Which files of a backup are examined while they are read, and what is reported of them. A file that no
// server would load is kept, since it may be the only copy. It ends the run with exit 3.
import type { ExaminationRecord } from '../../../catalog/records.js';
import { CorruptError } from '../../../errors.js';
import {
  type AofManifest,
  hasManifestName,
  parseAofManifest,
} from '../../../persistence/aof/aof-manifest.js';
import type { ExaminedKind, FileExamination } from '../../../persistence/examine/examine-file.js';
import { judgeFile } from '../../../persistence/examine/judge-file.js';
import { type Verdict, wouldLoad } from '../../../persistence/examine/verdict.js';
import { mirrorPath } from '../../../repository/layout.js';
import type { Staging } from '../../../repository/staging.js';
import {
  type BytePath,
  baseName,
  formatPath,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { readSmallFile } from '../../../system/files/read-small-file.js';
import { infoNote, lookNote, type Note } from '../../run/notes.js';
import type { ExaminationReport } from '../../snapshot/examination-report.js';
import { readVerdict, verdictNote } from '../../snapshot/examined-verdict.js';
import { formatTimeOrNull } from '../../snapshot/time-spec.js';
import { isTemporaryFile } from '../../source/path-filter.js';
import type { LastSnapshot } from '../last-snapshot.js';
import type { NextEntry } from '../next-entry.js';

/** `unknown`: examined as a dump if it begins like one, and otherwise not examined. */
export type ExpectedKind = ExaminedKind | 'unknown';

/**
 * As what a file is examined; null where it is not examined. Its name decides, then the server's settings,
 * so that a file which has lost its beginning is examined too. For other files the first bytes decide.
 * @param named kinds of files by their paths, from a server's settings
 */
export function expectedKind(
  path: BytePath,
  named: ReadonlyMap<BytePath, ExaminedKind> | null,
): ExpectedKind | null {
  // Its server has not finished it, so what it holds tells nothing.
  if (isTemporaryFile(path)) return null;
  const name = baseName(path);
  if (name.endsWith('.rdb')) return 'dump';
  return name.endsWith('.aof') ? 'log' : (named?.get(path) ?? 'unknown');
}

/**
 * The manifests of a snapshot that is being made: from staging, or from the mirror if they are unchanged.
 */
export function readManifests(
  fileSystem: FileSystem,
  repository: BytePath,
  staging: Staging,
  entries: readonly NextEntry[],
): Map<BytePath, Buffer> {
  const manifests = entries.filter(({ path, type }) => type === 'file' && hasManifestName(path));
  return new Map(
    manifests.map(({ path, staged }) => {
      const file = staged === null ? mirrorPath(repository, path) : staging.path(staged);
      return [path, readSmallFile(fileSystem, file)];
    }),
  );
}

/** The verdicts on unchanged entries, from when these were read. */
export function findKnownVerdicts(
  entries: readonly NextEntry[],
  last: LastSnapshot,
  examinations: ReadonlyMap<number, ExaminationRecord>,
): Map<BytePath, Verdict> {
  return new Map(
    entries.flatMap(({ path, state }) => {
      const content = state === null ? last.versions.get(path)?.content : null;
      const found = content ? examinations.get(content.id) : undefined;
      return found === undefined ? [] : [[path, readVerdict(found).verdict] as const];
    }),
  );
}

export interface ExaminedEntries {
  /** Of the files that were read in this run. */
  readonly files: ReadonlyMap<BytePath, FileExamination>;
  readonly manifests: ReadonlyMap<BytePath, Buffer>;
  /** Of files that were read before and have not changed since. */
  readonly known: ReadonlyMap<BytePath, Verdict>;
  /** Paths of everything in the snapshot. */
  readonly present: ReadonlySet<BytePath>;
}

export interface ExaminationOutcome {
  readonly reports: ReadonlyMap<BytePath, ExaminationReport>;
  readonly notes: readonly Note[];
}

export function reportExaminations(examined: ExaminedEntries): ExaminationOutcome {
  const notes: Note[] = [];
  const inner = new Set<BytePath>();
  const named = new Set<BytePath>();
  for (const [path, bytes] of examined.manifests) {
    const manifest = parseOrNote(path, bytes, notes);
    if (manifest === null) continue;
    const names = [...(manifest.base === null ? [] : [manifest.base]), ...manifest.incrs];
    const files = names.map(({ name }) => joinPath(parentPath(path), name));
    for (const file of files) named.add(file);
    for (const file of files.slice(0, -1)) inner.add(file);
    const missing = files.find((file) => !examined.present.has(file));
    if (missing !== undefined)
      notes.push(unusableNote(path, `it names '${formatPath(missing)}', which is missing`));
  }
  // A server reads on behind the dump at the beginning of an AOF, and nothing may be cut but the last file.
  const inItsPlace = (path: BytePath, verdict: Verdict): Verdict =>
    (verdict.kind === 'damaged' && named.has(path)) || (verdict.kind === 'cut' && inner.has(path))
      ? { ...verdict, kind: 'broken' }
      : verdict;
  // Every run warns of a file that cannot be used. Remarks are made once.
  for (const [path, verdict] of examined.known) {
    const note = verdictNote(path, inItsPlace(path, verdict), HINT);
    if (note !== null) notes.push(note);
  }
  const reports = new Map<BytePath, ExaminationReport>();
  for (const [path, examination] of examined.files) {
    // The record is about the content, which may be in another place too.
    const verdict = judgeFile(examination);
    const note = noteOn(path, inItsPlace(path, verdict));
    if (note !== null) notes.push(note);
    reports.set(path, reportOn(path, examination, verdict));
  }
  return { reports, notes };
}

function parseOrNote(path: BytePath, bytes: Buffer, notes: Note[]): AofManifest | null {
  try {
    return parseAofManifest(bytes);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    notes.push(unusableNote(path, error.message));
    return null;
  }
}

function noteOn(path: BytePath, verdict: Verdict): Note | null {
  if (verdict.kind === 'whole') return null;
  const warning = verdictNote(path, verdict, HINT);
  if (warning !== null) return warning;
  const shown = formatPath(path);
  if (verdict.kind === 'cut') {
    const message = `'${shown}' was copied while it was being written: ${verdict.why}; a server loads everything before that point`;
    return infoNote('cut-short', path, message);
  }
  const message = `'${shown}' cannot be checked to its end: ${verdict.why}; the file may still be whole`;
  return infoNote('not-understood', path, message);
}

const HINT =
  'the file is backed up as it is; let the server save again, and find out what damaged the file';

function unusableNote(path: BytePath, why: string): Note {
  const message = `no server would load '${formatPath(path)}': ${why}`;
  return lookNote('would-not-load', path, message, HINT);
}

function reportOn(
  path: BytePath,
  { kind, rdb, aof }: FileExamination,
  verdict: Verdict,
): ExaminationReport {
  const createdSeconds = Number(rdb?.auxFields.get('ctime') ?? Number.NaN);
  return {
    path: formatPath(path),
    kind,
    verdict: verdict.kind,
    loads: wouldLoad(verdict),
    problem: verdict.kind === 'whole' ? null : verdict.why,
    rdbVersion: rdb?.format?.version ?? null,
    serverVersion: rdb?.auxFields.get('valkey-ver') ?? rdb?.auxFields.get('redis-ver') ?? null,
    dumpTime: formatTimeOrNull(createdSeconds),
    keys: rdb?.keys ?? null,
    expiringKeys: rdb?.expiringKeys ?? null,
    databases: rdb?.databases ?? [],
    types: keysByType(rdb),
    commands: aof?.commands ?? null,
    firstTime: formatTimeOrNull(aof?.firstTimeSeconds),
    lastTime: formatTimeOrNull(aof?.lastTimeSeconds),
  };
}

/** One row for each type that users know. Redis may store the values of one type in several encodings. */
function keysByType(rdb: FileExamination['rdb']): ExaminationReport['types'] {
  const totals = new Map<string, { keys: number; sizeBytes: number }>();
  for (const { kind, keys, sizeBytes } of rdb?.types ?? []) {
    const total = totals.get(kind) ?? { keys: 0, sizeBytes: 0 };
    totals.set(kind, { keys: total.keys + keys, sizeBytes: total.sizeBytes + sizeBytes });
  }
  return [...totals].map(([type, total]) => ({ type, ...total }));
}
