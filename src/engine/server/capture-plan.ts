// What was captured of a running server, and the scan of its directory that follows from it. Captured files
// are taken as they were captured. Other files of the AOF are left out, since the server wrote or replaced
// them at another moment. Pure.
import type { ExaminedKind } from '../../persistence/examine/examine-file.js';
import {
  type BytePath,
  ROOT,
  baseName,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import type { FileDescriptor, FileStat } from '../../system/files/file-system.js';
import type { PathFilter } from '../source/path-filter.js';
import type { ScannedEntry, SourceScan } from '../source/scan-source.js';

/** A file of the server, as it was captured. */
export type CapturedFile = CapturedOpenFile | CapturedBytes;

/** A file that is open. The bytes that are taken of it no longer change. */
export interface CapturedOpenFile {
  readonly kind: 'open';
  readonly descriptor: FileDescriptor;
  /** How many of its bytes are taken. Fewer than its size if its last command was not whole. */
  readonly sizeBytes: number;
  /** Of the whole file, when it was opened. */
  readonly stat: FileStat;
}

/** A small file whose bytes are in memory. */
export interface CapturedBytes {
  readonly kind: 'bytes';
  readonly bytes: Buffer;
  readonly stat: FileStat;
}

export interface Capture {
  /** By their paths in the snapshot. */
  readonly files: ReadonlyMap<BytePath, CapturedFile>;
  /** Folder and name of the AOF, where it was captured as a set of files. */
  readonly aof: { readonly folder: BytePath; readonly name: BytePath } | null;
  /** The kinds of the files that the server's settings name, captured or not. */
  readonly named: ReadonlyMap<BytePath, ExaminedKind>;
}

/** How many bytes of a captured file are taken. */
export function capturedBytes(captured: CapturedFile): number {
  return captured.kind === 'open' ? captured.sizeBytes : captured.bytes.length;
}

/** The scan as it would have been at the moment of the capture. */
export function applyCapture(
  scan: SourceScan,
  capture: Capture,
  source: BytePath,
  filter: PathFilter,
): SourceScan {
  const folders = new Set(
    scan.entries.flatMap(({ path, type }) => (type === 'directory' ? [path] : [])),
  );
  const isKept = (path: BytePath): boolean =>
    folders.has(parentPath(path)) && !filter.decide(path, false).leftOut;
  // Where a captured file was, somebody may have put a folder meanwhile.
  const isReplaced = (path: BytePath): boolean => {
    for (let at = path; at !== ROOT; at = parentPath(at)) if (capture.files.has(at)) return true;
    return false;
  };
  const kept = scan.entries.filter(
    ({ path, type }) => !isReplaced(path) && !(type === 'file' && isOfAof(path, capture)),
  );
  const captured = [...capture.files]
    .filter(([path]) => isKept(path))
    .map(([path, { stat }]): ScannedEntry => {
      return { path, absolute: joinPath(source, path), type: 'file', stat, linkTarget: null };
    });
  const { notes, startedAtMs } = scan;
  const unreadable = scan.unreadable.filter((path) => !isReplaced(path));
  return { entries: [...kept, ...captured], unreadable, notes, startedAtMs };
}

/** Whether the server gives such a path to files of its AOF (redis aof.c, 7.0). */
function isOfAof(path: BytePath, { aof }: Capture): boolean {
  if (aof === null || parentPath(path) !== aof.folder) return false;
  const name = baseName(path);
  if (!name.startsWith(`${aof.name}.`)) return false;
  return /^(?:[0-9]+\.(?:base|incr)\.(?:rdb|aof)|manifest)$/.test(name.slice(aof.name.length + 1));
}
