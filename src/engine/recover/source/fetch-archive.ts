// An archive as what a recovery brings back. It is read to its last byte before anything is asked or planned: every digest is
// proved, every dump and AOF examined, while the server still runs. A pipe can be read only once, so the files are kept.
import { createHash } from 'node:crypto';
import type { ExaminedKind, FileExamination } from '../../../persistence/examine/examine-file.js';
import { Examiners } from '../../../persistence/examine/examiners.js';
import { judgeFile } from '../../../persistence/examine/judge-file.js';
import { isReserved } from '../../../repository/layout.js';
import { type BytePath, formatPath, pathToBytes } from '../../../system/files/byte-path.js';
import { requireTemporarySpace } from '../../../system/files/temporary/temporary-file.js';
import { shellWord } from '../../../system/text/shell-word.js';
import { readOpeningKeys } from '../../archive/archive-keys.js';
import { openPlace } from '../../archive/archive-place.js';
import { expectedKind } from '../../backup/intake/examine-entries.js';
import {
  type ArchiveSource,
  openArchiveSource,
  openIncoming,
} from '../../restore/read-from-archive.js';
import type { RestoreEntry, RestoreSource } from '../../restore/restore-source.js';
import { showPath } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import { formatTimeOrNull } from '../../snapshot/time-spec.js';
import type { FileFindings } from '../plan/snapshot-data.js';
import type { RecoveredFromArchive } from '../recover-request.js';
import { FetchedFiles } from './fetched-files.js';
import type { RecoverySource } from './recovery-source.js';

/** @throws UsageError, CorruptError, NoSpaceError, RemoteStoreError, SystemError, InterruptedError */
export async function fetchArchive(
  request: RecoveredFromArchive,
  context: RunContext,
): Promise<RecoverySource> {
  const place = openPlace(request.archive, context);
  const keys = readOpeningKeys(request.opening, context.fileSystem);
  const incoming = await openIncoming(place, request.pipe);
  try {
    const source = await openArchiveSource(incoming, keys, context);
    try {
      return await fetchFrom(source, request, context);
    } finally {
      await source.close();
    }
  } finally {
    incoming.close();
  }
}

async function fetchFrom(
  source: ArchiveSource,
  request: RecoveredFromArchive,
  context: RunContext,
): Promise<RecoverySource> {
  // What --also kept is not placed by a recovery.
  const wanted = source.entries.filter(({ type, path }) => type === 'file' && !isReserved(path));
  const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  requireTemporarySpace(context.fileSystem, totalBytes);
  const files = new FetchedFiles(context.checkpoint);
  const examiners = new Examiners(context.checkpoint);
  try {
    const findings = new Map<BytePath, FileFindings>();
    let doneBytes = 0;
    const onBytes = (path: BytePath, count: number): void => {
      doneBytes += count;
      context.onProgress({ phase: 'fetching', path: showPath(path), doneBytes, totalBytes });
    };
    for (const entry of wanted) {
      await context.checkpoint();
      const found = await fetchFile({ source, files, examiners, onBytes }, entry);
      if (found !== null) findings.set(entry.path, toFindings(found));
    }
    await source.finish();
    return {
      files: new FetchedArchive(source, files),
      snapshot: source.snapshot,
      archive: { label: source.label, contentDigest: contentDigest(source) },
      findingsIn: (path) => findings.get(path) ?? null,
      commandToRestore: (path) =>
        ['redis-rewind restore', ...typedWords(request), shellWord(formatPath(path)), 'DEST'].join(
          ' ',
        ),
      close: async () => files.close(),
    };
  } catch (error) {
    files.close();
    throw error;
  } finally {
    await examiners.close();
  }
}

/** The archive and its keys as words of a command. */
function typedWords({ archive, opening }: RecoveredFromArchive): string[] {
  const { endpoint } = archive.options;
  const { identityFiles, passphraseFile } = opening;
  return [
    `--from ${shellWord(archive.typed)}`,
    ...(endpoint === null ? [] : [`--endpoint ${shellWord(endpoint)}`]),
    ...identityFiles.map((path) => `-i ${shellWord(formatPath(path))}`),
    ...(passphraseFile === null
      ? []
      : [`--passphrase-file ${shellWord(formatPath(passphraseFile))}`]),
  ];
}

interface Fetching {
  readonly source: ArchiveSource;
  readonly files: FetchedFiles;
  readonly examiners: Examiners;
  readonly onBytes: (path: BytePath, count: number) => void;
}

/** @returns what was found in it; null where it is neither a dump nor a file of an AOF */
async function fetchFile(
  { source, files, examiners, onBytes }: Fetching,
  entry: RestoreEntry,
): Promise<FileExamination | null> {
  const { path, sizeBytes } = entry;
  const kind = expectedKind(path, NONE_NAMED);
  const examiner =
    kind === null
      ? null
      : kind === 'unknown'
        ? examiners.beginUnknown(sizeBytes)
        : await examiners.begin(kind, sizeBytes);
  await files.add(path, source.digestOf(path), (emit) =>
    source.read(entry, async (bytes) => {
      await examiner?.push(bytes);
      await emit(bytes);
      onBytes(path, bytes.length);
    }),
  );
  return (await examiner?.finish()) ?? null;
}

const NONE_NAMED: ReadonlyMap<BytePath, ExaminedKind> = new Map();

function toFindings(examination: FileExamination): FileFindings {
  const { rdb, aof } = examination;
  const verdict = judgeFile(examination);
  return {
    verdict: verdict.kind,
    problem: verdict.kind === 'whole' ? null : verdict.why,
    rdbVersion: rdb?.format?.version ?? null,
    databases: rdb?.databases ?? null,
    commands: aof?.commands ?? null,
    dumpTime: formatTimeOrNull(Number(rdb?.auxFields.get('ctime') ?? Number.NaN)),
  };
}

/** Of the paths and the digests of all files. */
function contentDigest(source: ArchiveSource): string {
  const hash = createHash('sha256');
  for (const { path, type } of source.entries) {
    if (type === 'file') hash.update(source.digestOf(path)).update(pathToBytes(path)).update('\0');
  }
  return hash.digest('hex');
}

class FetchedArchive implements RestoreSource {
  readonly location: RestoreSource['location'];
  readonly snapshot: ArchiveSource['snapshot'];
  readonly notes: RestoreSource['notes'];
  readonly entries: readonly RestoreEntry[];
  readonly #source: ArchiveSource;
  readonly #files: FetchedFiles;

  constructor(source: ArchiveSource, files: FetchedFiles) {
    this.location = source.location;
    this.snapshot = source.snapshot;
    this.notes = source.notes;
    this.entries = source.entries;
    this.#source = source;
    this.#files = files;
  }

  placeOf(path: BytePath): BytePath {
    return this.#source.placeOf(path);
  }

  explainAbsence(): ReturnType<RestoreSource['explainAbsence']> {
    return this.#source.explainAbsence();
  }

  async read({ path }: RestoreEntry, emit: Parameters<RestoreSource['read']>[1]): Promise<void> {
    await this.#files.read(path, emit);
  }

  /** All of the archive has been proved. */
  async finish(): Promise<void> {}

  async close(): Promise<void> {
    this.#files.close();
  }
}
