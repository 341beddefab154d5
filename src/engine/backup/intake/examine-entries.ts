// Which files of a backup are examined while they are read, and what is reported of them. A file that no
// server would load is kept, since it may be the only copy. It ends the run with exit 3.
import type { ExaminationRecord } from '../../../catalog/records.js';
import type { ExaminedKind, FileExamination } from '../../../persistence/examine/examine-file.js';
import { judgeFile } from '../../../persistence/examine/judge-file.js';
import {
  type Verdict,
  wouldLoad,
  wouldLoadSanitized,
} from '../../../persistence/examine/verdict.js';
import { type BytePath, baseName, formatPath } from '../../../system/files/byte-path.js';
import { infoNote, lookNote, type Note } from '../../run/notes.js';
import type { ExaminationReport } from '../../snapshot/examination-report.js';
import { readVerdict, verdictNote } from '../../snapshot/examined-verdict.js';
import { formatTimeOrNull } from '../../snapshot/time-spec.js';
import { isTemporaryFile } from '../../source/path-filter.js';
import type { LastSnapshot } from '../last-snapshot.js';
import type { NextEntry } from '../next-entry.js';
import { type AofFault, checkAofSets } from './check-aof-sets.js';
import type { ReadManifest } from './read-manifests.js';

/** `unknown`: examined as a dump if it begins like one, and otherwise not examined. */
export type ExpectedKind = ExaminedKind | 'unknown';

/**
 * As what a file is examined; null where it is not examined. What a manifest or the server's settings say
 * decides, then its name, so that a file which has lost its beginning is examined too. For other files the
 * first bytes decide.
 * @param named kinds of files by their paths, from manifests and a server's settings
 */
export function expectedKind(
  path: BytePath,
  named: ReadonlyMap<BytePath, ExaminedKind>,
): ExpectedKind | null {
  // Its server has not finished it, so what it holds tells nothing.
  if (isTemporaryFile(path)) return null;
  const kind = named.get(path);
  if (kind !== undefined) return kind;
  const name = baseName(path);
  // The base of an AOF is loaded as an AOF, whatever it holds.
  if (name.endsWith('.base.rdb')) return 'log';
  if (name.endsWith('.rdb')) return 'dump';
  return name.endsWith('.aof') ? 'log' : 'unknown';
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
  readonly manifests: ReadonlyMap<BytePath, ReadManifest>;
  /** Of files that were read before and have not changed since. */
  readonly known: ReadonlyMap<BytePath, Verdict>;
  /** Everything in the snapshot, by its paths. */
  readonly entries: ReadonlyMap<BytePath, NextEntry>;
}

export interface ExaminationOutcome {
  readonly reports: ReadonlyMap<BytePath, ExaminationReport>;
  readonly notes: readonly Note[];
}

export function reportExaminations(examined: ExaminedEntries): ExaminationOutcome {
  const { faults, named, inner } = checkAofSets(examined.manifests, examined.entries);
  const notes = faults.map(faultNote);
  // Nothing may be cut but the last file, and an empty file is no fault.
  const inItsPlace = (path: BytePath, verdict: Verdict): Verdict => {
    if (verdict.kind === 'whole' || !named.has(path)) return verdict;
    if (examined.entries.get(path)?.content?.sizeBytes === 0) return { kind: 'whole' };
    const isBroken = verdict.kind === 'cut' && inner.has(path);
    return isBroken ? { ...verdict, kind: 'broken' } : verdict;
  };
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

function faultNote({ manifest, kind, why }: AofFault): Note {
  const shown = formatPath(manifest);
  if (kind === 'broken') return unusableNote(manifest, why);
  if (kind === 'unchecked') {
    const message = `'${shown}' was not checked, and nor were the files that it names: ${why}`;
    return lookNote('cannot-be-checked', manifest, message);
  }
  return lookNote(
    'without-keys',
    manifest,
    `a server would load '${shown}', but not all the keys that belonged to it: ${why}`,
    'the files are backed up as they are; restore an older snapshot if keys are missing',
  );
}

function noteOn(path: BytePath, verdict: Verdict): Note | null {
  if (verdict.kind === 'whole') return null;
  const warning = verdictNote(path, verdict, HINT);
  if (warning !== null) return warning;
  const shown = formatPath(path);
  if (verdict.kind === 'cut') {
    const message = `'${shown}' was copied while it was being written: ${verdict.why}; a server loads what is before that point, unless aof-load-truncated is no`;
    return infoNote('cut-short', path, message);
  }
  if (verdict.kind === 'followed') {
    const message = `'${shown}' goes on behind the dump that it holds: a server loads the dump, and reads nothing behind it`;
    return infoNote('followed', path, message);
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
    sanitized: wouldLoadSanitized(verdict),
    problem: verdict.kind === 'whole' ? null : verdict.why,
    rdbVersion: rdb?.format?.version ?? null,
    serverVersion: rdb?.auxFields.get('valkey-ver') ?? rdb?.auxFields.get('redis-ver') ?? null,
    dumpTime: formatTimeOrNull(createdSeconds),
    keys: rdb?.keys ?? null,
    expiringKeys: rdb?.expiringKeys ?? null,
    databases: rdb?.databases ?? [],
    types: keysByType(rdb),
    skippedValues: rdb?.faults.skippedValues ?? null,
    skippedKeys: rdb?.faults.skippedKeys ?? null,
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
