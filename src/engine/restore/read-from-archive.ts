// An archive as the source of a restore: one snapshot, read from a store or a pipe as a stream that cannot be rewound. The
// archive may come from anybody, and is proved to its last byte before anything is put in its place.
import type { Emit } from '../../delta/engine/emit.js';
import { CorruptError, UsageError } from '../../errors.js';
import type { OpeningKeys } from '../../offsite/archive/archive-keys.js';
import type { ArchiveEntry, ArchiveManifest } from '../../offsite/archive/manifest.js';
import { type OpenArchive, openArchive } from '../../offsite/archive/open-archive.js';
import { VERDICT_KINDS, type Verdict } from '../../persistence/examine/verdict.js';
import { readSnapshotRecords } from '../../repository/stored/read-stored.js';
import {
  type BytePath,
  formatPath,
  joinPath,
  parsePath,
  relativePath,
} from '../../system/files/byte-path.js';
import { shellWord } from '../../system/text/shell-word.js';
import { ALSO, isReserved } from '../../repository/layout.js';
import type { ArchivePlace } from '../archive/archive-place.js';
import { type Note, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { formatTime } from '../snapshot/time-spec.js';
import type { ArchivedSnapshotSummary } from './restore-report.js';
import type { Absence, RestoreEntry, RestoreSource, SourceLocation } from './restore-source.js';

/** The bytes of an archive, and what they are called. */
export interface IncomingBytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** For messages. */
  readonly label: string;
  /** The path of the file; null where the bytes come from elsewhere. */
  readonly path: BytePath | null;
  /** To be called at the end, also where the bytes were not read. */
  readonly close: () => void;
}

/**
 * @param pipe the bytes of `-`; null where there are none
 * @throws UsageError, SystemError, RemoteStoreError
 */
export async function openIncoming(
  place: ArchivePlace,
  pipe: AsyncIterable<Uint8Array> | null,
): Promise<IncomingBytes> {
  if (place.kind === 'pipe') {
    if (pipe === null) throw new UsageError('there is no pipe to read the archive from');
    return { chunks: pipe, label: 'standard input', path: null, close: () => {} };
  }
  const { store, name, label, isRemote } = place;
  if (name === null) {
    throw new UsageError(`'${label}' names no archive`, {
      hint: `add the name of an archive: 'redis-rewind remote list ${shellWord(label)}' shows them`,
    });
  }
  const { chunks, close } = await store.get(name);
  const path = isRemote ? null : joinPath(parsePath(store.label), parsePath(name));
  return { chunks, label, path, close };
}

/** @throws CorruptError, NewerFormatError, UsageError */
export async function openArchiveSource(
  { chunks, label, path }: IncomingBytes,
  keys: OpeningKeys,
  { checkpoint }: Pick<RunContext, 'checkpoint'>,
): Promise<ArchiveSource> {
  const archive = await naming(label, openArchive(withCheckpoints(chunks, checkpoint), keys));
  try {
    return new ArchiveSource(archive, label, path);
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function* withCheckpoints(
  chunks: AsyncIterable<Uint8Array>,
  checkpoint: RunContext['checkpoint'],
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    await checkpoint();
    yield chunk;
  }
}

/** Says which archive is damaged. */
async function naming<T>(label: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    const { message, hint = 'try another copy of the archive', path } = error;
    const options = { hint, cause: error, ...(path === null ? {} : { path }) };
    throw new CorruptError(`'${label}' cannot be restored: ${message}`, options);
  }
}

export class ArchiveSource implements RestoreSource {
  readonly location: SourceLocation | null;
  readonly label: string;
  readonly snapshot: ArchivedSnapshotSummary;
  readonly notes: readonly Note[];
  readonly entries: readonly RestoreEntry[];
  readonly #archive: OpenArchive;
  /** By their paths. */
  readonly #archived: ReadonlyMap<BytePath, ArchiveEntry>;
  /** The directory that was backed up. */
  readonly #source: BytePath;

  constructor(archive: OpenArchive, label: string, path: BytePath | null) {
    const { manifest } = archive;
    const { summary, notes } = summarizeArchived(manifest);
    this.#archive = archive;
    this.#source = manifest.snapshot.source;
    this.#archived = new Map(manifest.entries.map((entry) => [entry.path, entry]));
    this.location = path === null ? null : { path, name: 'the archive', isRepository: false };
    this.label = label;
    this.snapshot = summary;
    this.notes = notes;
    this.entries = manifest.entries.map((entry) => ({
      ...entry,
      verdict: entry.verdict === null ? null : toVerdict(entry.verdict),
    }));
  }

  placeOf(path: BytePath): BytePath {
    return isReserved(path)
      ? joinPath('/' as BytePath, relativePath(path, ALSO))
      : joinPath(this.#source, path);
  }

  /** SHA-256 of a file, as the manifest has it. */
  digestOf(path: BytePath): Buffer {
    const digest = this.#archived.get(path)?.sha256 ?? null;
    if (digest === null) throw new Error(`'${formatPath(path)}' is not a file of the archive`);
    return digest;
  }

  explainAbsence(): Absence {
    return {
      isInNoSnapshot: false,
      hint: 'an archive has one snapshot: restore all of it, or look into another one',
    };
  }

  async read({ path }: RestoreEntry, emit: Emit): Promise<void> {
    const entry = this.#archived.get(path);
    if (entry === undefined) throw new Error(`'${formatPath(path)}' is not in the archive`);
    await naming(this.label, this.#archive.read(entry, emit));
  }

  async finish(): Promise<void> {
    await naming(this.label, this.#archive.finish());
  }

  async close(): Promise<void> {
    await this.#archive.close();
  }
}

function toVerdict({ kind, why }: NonNullable<ArchiveEntry['verdict']>): Verdict {
  const known = VERDICT_KINDS.find((word) => word === kind) ?? 'unknown';
  return known === 'whole' ? { kind: known } : { kind: known, why: why ?? 'it is damaged' };
}

/** What a server said and the notes are checked as those of a catalog: the damaged ones are left out, with a warning. */
function summarizeArchived(manifest: ArchiveManifest): {
  readonly summary: ArchivedSnapshotSummary;
  readonly notes: readonly Note[];
} {
  const { snapshot, entries } = manifest;
  const files = entries.filter(({ type }) => type === 'file');
  const { server, notes, damage } = readSnapshotRecords({
    id: snapshot.id,
    notesJson: JSON.stringify(manifest.notes),
    serverJson: manifest.server === null ? null : JSON.stringify(manifest.server),
  });
  return {
    summary: {
      id: snapshot.id,
      time: formatTime(snapshot.timeSeconds),
      files: files.length,
      sourceBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      host: snapshot.host,
      source: formatPath(snapshot.source),
      server,
      notes,
    },
    notes: damage.map((message) => lookNote('damaged-record', null, message)),
  };
}
