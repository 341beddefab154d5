// What a snapshot has that a server may load: a dump, and an append-only file (AOF), with what the examination of the
// backup found in them. Values alone; describe-snapshot-data.ts makes them.
import type { VerdictKind } from '../../../persistence/examine/verdict.js';
import type { BytePath } from '../../../system/files/byte-path.js';

/** What an examination has found in a file. */
export interface FileFindings {
  readonly verdict: VerdictKind;
  /** What is wrong or unknown, or null. */
  readonly problem: string | null;
  /** Of the dump that it is, or begins with; null where there is none. */
  readonly rdbVersion: number | null;
  /** Of that dump; null where it is not known. */
  readonly databases: readonly DatabaseKeys[] | null;
  /** Of the AOF that it is, or that follows the dump; null where it is not known. */
  readonly commands: number | null;
  /** When the server began to write the dump, ISO 8601 in UTC; null where the dump does not say. */
  readonly dumpTime: string | null;
}

/** A file of the snapshot that a server may load. */
export interface DataFile extends Omit<FileFindings, 'verdict' | 'dumpTime'> {
  /** In the snapshot. */
  readonly path: BytePath;
  readonly sizeBytes: number;
  /** Null where it was not examined. */
  readonly verdict: VerdictKind | null;
}

export interface DatabaseKeys {
  readonly database: number;
  readonly keys: number;
  /** Keys that have a time to live. */
  readonly expiringKeys: number;
}

export interface SnapshotDump extends DataFile {
  /** When the server began to write it, in seconds since 1970; null where the dump does not say. */
  readonly createdSeconds: number | null;
  /** Whether a server wrote it for this snapshot, so that nothing of the AOF is missing in it. */
  readonly isSavedForSnapshot: boolean;
}

export interface SnapshotAof {
  /** `set`: a manifest and the files that it names, from Redis 7 on. `log`: one file. */
  readonly kind: 'set' | 'log';
  /** In the snapshot; null for a log. */
  readonly manifest: BytePath | null;
  /** In the order in which a server loads them. */
  readonly files: readonly DataFile[];
  /** Why no server loads the set although its files may be sound, such as a file that is missing; null for no reason. */
  readonly fault: string | null;
  /** The latest mtime of its files, in seconds since 1970. */
  readonly lastWriteSeconds: number;
}

export interface SnapshotData {
  readonly dump: SnapshotDump | null;
  readonly aof: SnapshotAof | null;
  /** Whether the server had its AOF on, as it said before the snapshot; null where no server was asked. */
  readonly wasAofOn: boolean | null;
}

/** Why no server loads the dump or the AOF; null where one may. */
export function faultOf(found: SnapshotDump | SnapshotAof): string | null {
  if (!('files' in found)) return fileFault(found, true);
  if (found.fault !== null) return found.fault;
  const last = found.files.length - 1;
  for (const [index, file] of found.files.entries()) {
    const fault = fileFault(file, index === last);
    if (fault !== null) return fault;
  }
  return null;
}

/** @param isLast whether a server repairs an end that is not whole */
function fileFault({ verdict, problem }: DataFile, isLast: boolean): string | null {
  if (verdict === 'broken') return problem ?? 'it is damaged';
  return verdict === 'cut' && !isLast ? (problem ?? 'it ends in the middle') : null;
}

/** Those of the files that nobody can tell of whether a server loads them. */
export function uncertainFiles(found: SnapshotDump | SnapshotAof): readonly DataFile[] {
  const files = 'files' in found ? found.files : [found];
  return files.filter(
    ({ verdict }) => verdict === null || verdict === 'unknown' || verdict === 'unchecked',
  );
}
