// Reads a manifest line by line, within bounds, and checks what it says: every field, that each path is inside the snapshot,
// and that a directory comes before what is in it.
import { CorruptError, NewerFormatError } from '../../errors.js';
import {
  type BytePath,
  ROOT,
  baseName,
  parentPath,
  parsePath,
} from '../../system/files/byte-path.js';
import { MANIFEST_PATH } from '../archive-name.js';
import { showArchivePath } from './encode-manifest.js';
import { type JsonFields, parseLine } from './json-fields.js';
import {
  ARCHIVE_FORMAT,
  ARCHIVE_VERSION,
  type ArchiveEntry,
  type ArchiveManifest,
  type ArchivedSnapshot,
  type ArchivedVerdict,
  MANIFEST_LIMITS,
  contentBytes,
} from './manifest.js';

/** @throws CorruptError; NewerFormatError where a newer version of the program wrote it */
export async function decodeManifest(chunks: AsyncIterable<Uint8Array>): Promise<ArchiveManifest> {
  const decoder = new ManifestDecoder();
  for await (const line of splitLines(chunks)) decoder.take(line);
  return decoder.finish();
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let lineBytes = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length;) {
      const end = chunk.indexOf(NEWLINE, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      lineBytes += piece.length;
      if (lineBytes > MANIFEST_LIMITS.lineBytes) {
        throw new CorruptError('a line of the manifest is too long');
      }
      pieces.push(piece);
      start += piece.length + 1;
      if (end < 0) break;
      yield pieces.length === 1 ? piece : Buffer.concat(pieces);
      pieces = [];
      lineBytes = 0;
    }
  }
  if (lineBytes > 0) throw new CorruptError('the manifest ends in the middle of a line');
}

const NEWLINE = 0x0a;

/** Of which no snapshot has an entry, although what `--also` kept is below it. */
const OWN_FOLDER = parentPath(MANIFEST_PATH);

interface Beginning extends Pick<
  ArchiveManifest,
  'program' | 'repositoryId' | 'snapshot' | 'server'
> {
  readonly notes: number;
  readonly entries: number;
  readonly contentBytes: number;
}

class ManifestDecoder {
  #beginning: Beginning | null = null;
  readonly #notes: unknown[] = [];
  readonly #entries: ArchiveEntry[] = [];
  /** The paths of all entries, and which of them are directories. */
  readonly #isDirectory = new Map<BytePath, boolean>();
  #lines = 0;

  take(line: Uint8Array): void {
    this.#lines += 1;
    const name = `line ${this.#lines} of the manifest`;
    const read = (mostValues: number): JsonFields => parseLine(line, name, mostValues);
    const beginning = this.#beginning;
    const { snapshotValues, noteValues, entryValues } = MANIFEST_LIMITS;
    if (beginning === null) this.#beginning = decodeBeginning(read(snapshotValues));
    else if (this.#notes.length < beginning.notes) this.#notes.push(read(noteValues).value);
    else if (this.#entries.length < beginning.entries)
      this.#takeEntry(decodeEntry(read(entryValues)));
    else throw new CorruptError('the manifest has more lines than it says');
  }

  finish(): ArchiveManifest {
    const beginning = this.#beginning;
    if (beginning === null || this.#entries.length < beginning.entries) {
      throw new CorruptError('the manifest has fewer lines than it says');
    }
    if (contentBytes(this.#entries) !== beginning.contentBytes) {
      throw new CorruptError('the sizes in the manifest do not add up');
    }
    const { program, repositoryId, snapshot, server } = beginning;
    const notes = this.#notes;
    return { program, repositoryId, snapshot, server, notes, entries: this.#entries };
  }

  #takeEntry(entry: ArchiveEntry): void {
    const { path } = entry;
    const shown = `'${showArchivePath(path)}'`;
    if (this.#isDirectory.has(path)) {
      throw new CorruptError(`the manifest has ${shown} twice`, { path });
    }
    if (path === MANIFEST_PATH) throw new CorruptError('the manifest has itself', { path });
    const isFirst = this.#entries.length === 0;
    const parent = parentPath(path);
    const isInDirectory = path !== ROOT && (this.#isDirectory.get(parent) ?? parent === OWN_FOLDER);
    if (isFirst ? path !== ROOT || entry.type !== 'directory' : !isInDirectory) {
      throw new CorruptError(`the manifest has ${shown} before the directory that it is in`, {
        path,
      });
    }
    this.#isDirectory.set(path, entry.type === 'directory');
    this.#entries.push(entry);
  }
}

function decodeBeginning(fields: JsonFields): Beginning {
  if (fields.value['format'] !== ARCHIVE_FORMAT) {
    throw new CorruptError('the manifest is not that of an archive of redis-rewind');
  }
  const version = fields.count('version');
  if (version > ARCHIVE_VERSION) throw newer(version);
  if (version !== ARCHIVE_VERSION)
    throw new CorruptError(`there is no archive of version ${version}`);
  return {
    program: fields.text('program'),
    repositoryId: fields.textOrNull('repositoryId'),
    snapshot: decodeSnapshot(fields.object('snapshot')),
    server: fields.objectOrNull('server')?.value ?? null,
    notes: fields.count('notes', MANIFEST_LIMITS.notes),
    entries: fields.count('entries', MANIFEST_LIMITS.entries),
    contentBytes: fields.count('contentBytes'),
  };
}

function newer(formatVersion: number): NewerFormatError {
  return new NewerFormatError(
    `the archive has format ${formatVersion}, and this version reads up to ${ARCHIVE_VERSION}`,
    {
      path: MANIFEST_PATH,
      formatVersion,
      hint: 'use the version of redis-rewind that wrote it, or a newer one',
    },
  );
}

function decodeSnapshot(fields: JsonFields): ArchivedSnapshot {
  return {
    id: fields.count('id'),
    timeSeconds: fields.count('timeSeconds', LAST_SECOND),
    program: fields.text('program'),
    host: fields.text('host'),
    source: decodePath(fields, 'source'),
  };
}

/** The last second that a date of JavaScript can show with four digits of the year. */
const LAST_SECOND = 253_402_300_799;

function decodeEntry(fields: JsonFields): ArchiveEntry {
  const type = fields.matched('type', /^(file|directory|symlink)$/) as ArchiveEntry['type'];
  const isFile = type === 'file';
  return {
    path: decodeOwnPath(fields),
    type,
    mode: Number.parseInt(fields.matched('mode', /^([0-7]{4})$/), 8),
    uid: fields.count('uid', LAST_ID),
    gid: fields.count('gid', LAST_ID),
    ownerName: fields.textOrNull('owner'),
    groupName: fields.textOrNull('group'),
    mtimeNs: BigInt(fields.matched('mtimeNs', /^(-?\d{1,19})$/)),
    sizeBytes: isFile ? fields.count('size') : 0,
    sha256: isFile ? Buffer.from(fields.matched('sha256', /^([0-9a-f]{64})$/), 'hex') : null,
    linkTarget: type === 'symlink' ? decodePath(fields, 'linkTarget') : null,
    isStale: fields.truth('stale'),
    verdict: decodeVerdict(fields.objectOrNull('verdict')),
  };
}

/** (uid_t) -1 means no user. */
const LAST_ID = 0xffff_fffe;

function decodeVerdict(fields: JsonFields | null): ArchivedVerdict | null {
  return fields === null ? null : { kind: fields.text('kind'), why: fields.textOrNull('why') };
}

/** The path of an entry: relative, without `.` and `..`, each name as Linux takes it. */
function decodeOwnPath(fields: JsonFields): BytePath {
  const path = decodePath(fields, 'path');
  if (path === '.') return ROOT;
  for (let rest = path; rest !== ROOT; rest = parentPath(rest)) {
    const name = baseName(rest);
    const isSafe = name !== '' && name !== '.' && name !== '..' && name.length <= MOST_NAME_BYTES;
    if (!isSafe || rest.startsWith('/')) {
      throw new CorruptError(`the manifest has the unsafe path '${showArchivePath(path)}'`, {
        path,
      });
    }
  }
  return path;
}

/** NAME_MAX of Linux. */
const MOST_NAME_BYTES = 255;

function decodePath(fields: JsonFields, field: string): BytePath {
  const path = parsePath(fields.text(field));
  if (path !== ROOT && path.length <= MANIFEST_LIMITS.pathBytes && !path.includes('\0'))
    return path;
  throw new CorruptError(`the manifest has a path that no system takes`);
}
