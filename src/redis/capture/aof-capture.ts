// Captures the AOF of a running server as one consistent set of files. No setting is changed and nothing
// is written. Every file is opened: from then on its bytes stay readable, whatever the server renames or
// deletes. The last file keeps growing. The caller takes its bytes up to the last whole command outside
// of a transaction. Source: aof.c of Redis 7.0.
import { CorruptError, ServerError } from '../../errors.js';
import {
  type AofManifest,
  MANIFEST_MOST_BYTES,
  formatAofManifest,
  parseAofManifest,
} from '../../persistence/aof/aof-manifest.js';
import { type BytePath, formatPath, joinPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileStat, FileSystem } from '../../system/files/file-system.js';
import { readSmallOpenFile } from '../../system/files/read-small-file.js';
import { pause } from '../../system/time/pause.js';
import type { ServerSettings } from '../server/server-settings.js';

/** A file of the AOF, open for reading. */
export interface OpenAofFile {
  /** Relative to the server's directory. */
  readonly path: BytePath;
  readonly descriptor: FileDescriptor;
  readonly stat: FileStat;
}

export interface CapturedManifest {
  readonly path: BytePath;
  readonly stat: FileStat;
  /** Without the lines that name history files. */
  readonly bytes: Buffer;
}

export interface AofCapture {
  /** In the order in which a server loads them. The last one is still being written. */
  readonly files: readonly OpenAofFile[];
  /** Null where the AOF is a single file. */
  readonly manifest: CapturedManifest | null;
}

const ATTEMPTS = 50;
const PAUSE_MS = 20;

/**
 * Opens the files of the AOF.
 * @returns files whose descriptors the caller closes
 * @throws ServerError where there is no AOF that a server could load
 */
export async function captureAof(
  fileSystem: FileSystem,
  address: string,
  directory: BytePath,
  settings: ServerSettings,
): Promise<AofCapture> {
  const { aofFolder, aofName } = settings;
  if (aofFolder === null) return captureSingle(fileSystem, address, directory, aofName);
  const manifestPath = joinPath(aofFolder, `${aofName}.manifest`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const capture = captureOnce(fileSystem, directory, aofFolder, manifestPath);
    if (capture !== null) return capture;
    await pause(PAUSE_MS);
  }
  throw new ServerError(
    'failed',
    `the AOF of Redis at ${address} could not be captured: '${formatPath(joinPath(directory, manifestPath))}' is missing, or names files that are missing`,
    {
      address,
      hint: 'if the AOF was switched on just now, try again; if it is kept elsewhere, give --redis-conf FILE',
    },
  );
}

function captureSingle(
  fileSystem: FileSystem,
  address: string,
  directory: BytePath,
  path: BytePath,
): AofCapture {
  const file = openIfThere(fileSystem, directory, path);
  if (file !== null) return { files: [file], manifest: null };
  throw new ServerError(
    'failed',
    `Redis at ${address} has an AOF, but '${formatPath(joinPath(directory, path))}' is missing, or not a file`,
    {
      address,
      hint: 'if the file has another name, give the configuration with --redis-conf FILE',
    },
  );
}

/** @returns null where the server renamed or deleted a file meanwhile */
function captureOnce(
  fileSystem: FileSystem,
  directory: BytePath,
  folder: BytePath,
  manifestPath: BytePath,
): AofCapture | null {
  const files: OpenAofFile[] = [];
  const giveUp = (): null => {
    for (const { descriptor } of files) fileSystem.close(descriptor);
    return null;
  };
  try {
    const before = readManifestFile(fileSystem, directory, manifestPath);
    const manifest = before === null ? null : parseIfWhole(before.bytes);
    if (before === null || manifest === null) return giveUp();
    const names = [...(manifest.base === null ? [] : [manifest.base]), ...manifest.incrs];
    for (const { name } of names) {
      const file = openIfThere(fileSystem, directory, joinPath(folder, name));
      if (file === null) return giveUp();
      files.push(file);
    }
    // The manifest has not changed while the files were opened, so they belong together.
    const after = readManifestFile(fileSystem, directory, manifestPath);
    if (!after?.bytes.equals(before.bytes)) return giveUp();
    const bytes = formatAofManifest(manifest);
    const isWithoutHistory = manifest.histories.length === 0;
    return {
      files,
      manifest: {
        path: manifestPath,
        stat: after.stat,
        bytes: isWithoutHistory ? before.bytes : bytes,
      },
    };
  } catch (error) {
    giveUp();
    throw error;
  }
}

/** Null for a manifest that cannot be parsed or names no file: a server could not load it. */
function parseIfWhole(bytes: Buffer): AofManifest | null {
  try {
    const manifest = parseAofManifest(bytes);
    return manifest.base === null && manifest.incrs.length === 0 ? null : manifest;
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}

function readManifestFile(
  fileSystem: FileSystem,
  directory: BytePath,
  path: BytePath,
): { readonly bytes: Buffer; readonly stat: FileStat } | null {
  const file = openIfThere(fileSystem, directory, path);
  if (file === null) return null;
  try {
    const bytes = readSmallOpenFile(fileSystem, file.descriptor, path, MANIFEST_MOST_BYTES);
    return { bytes, stat: file.stat };
  } finally {
    fileSystem.close(file.descriptor);
  }
}

/** Null where there is no such file. A folder, a link or a pipe is none: no server writes its AOF there. */
function openIfThere(
  fileSystem: FileSystem,
  directory: BytePath,
  path: BytePath,
): OpenAofFile | null {
  let descriptor: FileDescriptor;
  try {
    descriptor = fileSystem.open(joinPath(directory, path), 'read');
  } catch (error) {
    if (MISSING.some((errno) => isErrno(error, errno))) return null;
    throw error;
  }
  const stat = fileSystem.statOpen(descriptor);
  if (stat.isFile()) return { path, descriptor, stat };
  fileSystem.close(descriptor);
  return null;
}

const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];
