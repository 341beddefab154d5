// The notes about a dump that a server makes only for a backup (docs/format.md, "A dump to be removed"). The
// first is written before the server is asked, and another one when the dump is seen. All are deleted after
// the dump is removed. So the next backup finds and removes the dump that a killed backup has left.
//
// The repository may come from elsewhere. So a note says how to know the dump again, and by what nobody
// could guess: the server's process, the directory, and the dump itself.
import { CorruptError } from '../../errors.js';
import { type BytePath, formatPath, parsePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readFileUpTo } from '../../system/files/read-chunks.js';
import { dataPath, temporaryDumpPath } from '../layout.js';
import { syncDirectory } from '../staging.js';
import { StoredObject, decodeStored } from '../stored/stored-fields.js';

/** What tells a file from every other one that was or will be under its name. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

export interface TemporaryDump {
  /** Absolute. */
  readonly path: BytePath;
  /** The random name of the server's process; it does not outlive the process. */
  readonly runId: string;
  /** The directory in which the server was asked for the dump. */
  readonly directory: { readonly dev: bigint; readonly ino: bigint };
  /** When the server was asked, by its own clock. */
  readonly askedSeconds: number;
  /** The dump that appeared; null as long as none was seen. */
  readonly seen: FileIdentity | null;
}

/** A backup adds two notes, and an old one is seldom found. */
const MOST_BYTES = 64 * 1024;

/** The notes in the order in which they were written; none where they cannot be understood. */
export function readTemporaryDumps(
  fileSystem: FileSystem,
  repository: BytePath,
): readonly TemporaryDump[] {
  const path = temporaryDumpPath(repository);
  if (fileSystem.stat(path)?.isFile() !== true) return [];
  const bytes = readFileUpTo(fileSystem, path, MOST_BYTES);
  if (bytes === null) return [];
  const lines = bytes.toString('utf8').split('\n');
  // A line without a newline was not written to its end: the server was not yet asked, or no dump seen.
  return lines.slice(0, -1).flatMap((line) => decode(line) ?? []);
}

/** Adds a note. Durable on return. */
export function noteTemporaryDump(
  fileSystem: FileSystem,
  repository: BytePath,
  dump: TemporaryDump,
): void {
  const path = temporaryDumpPath(repository);
  const isNew = fileSystem.stat(path) === null;
  const file = fileSystem.open(path, isNew ? 'create' : 'update');
  try {
    const end = Number(fileSystem.statOpen(file).size);
    // Ends a line that was cut off while it was written.
    const text = `${isNew ? '' : '\n'}${encode(dump)}\n`;
    fileSystem.write(file, Buffer.from(text, 'utf8'), end);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  if (isNew) syncDirectory(fileSystem, dataPath(repository));
}

/** Deletes the notes, once the dump is removed or is the server's own dump. */
export function forgetTemporaryDump(fileSystem: FileSystem, repository: BytePath): void {
  const path = temporaryDumpPath(repository);
  if (fileSystem.stat(path) === null) return;
  fileSystem.unlink(path);
  syncDirectory(fileSystem, dataPath(repository));
}

function encode({ path, runId, directory, askedSeconds, seen }: TemporaryDump): string {
  return JSON.stringify({
    path: formatPath(path),
    runId,
    directory: { device: String(directory.dev), inode: String(directory.ino) },
    askedSeconds,
    seen:
      seen === null
        ? null
        : {
            device: String(seen.dev),
            inode: String(seen.ino),
            sizeBytes: String(seen.size),
            mtimeNs: String(seen.mtimeNs),
          },
  });
}

/** Null for a line that this program did not write. */
function decode(line: string): TemporaryDump | null {
  try {
    return decodeStored(line, { damage: 'the note is damaged' }, (value) => {
      const note = new StoredObject(value, 'the line');
      const directory = note.objectOrNull('directory', (of) => ({
        dev: toNumber(of.text('device')),
        ino: toNumber(of.text('inode')),
      }));
      if (directory === null) throw new Error("'directory' is missing");
      return {
        path: parsePath(note.text('path')),
        runId: note.text('runId'),
        directory,
        askedSeconds: note.count('askedSeconds'),
        seen: note.objectOrNull('seen', (of) => ({
          dev: toNumber(of.text('device')),
          ino: toNumber(of.text('inode')),
          size: toNumber(of.text('sizeBytes')),
          mtimeNs: toNumber(of.text('mtimeNs')),
        })),
      };
    });
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}

/** A number of up to 64 bits, in decimal digits. */
function toNumber(text: string): bigint {
  if (!/^-?[0-9]{1,20}$/.test(text)) throw new Error('a number has other characters than digits');
  return BigInt(text);
}
