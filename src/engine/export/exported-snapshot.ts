// One snapshot of a repository on its way into an archive: its manifest, and the contents of its files, each proved by its
// digest as it is read. No lock is taken, so a backup may run at the same time.
import type { Content, ExaminationRecord, Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { ArchiveEntry, ArchiveManifest } from '../../offsite/archive/manifest.js';
import { readContent } from '../../repository/contents/read-content.js';
import type { OpenRepository } from '../../repository/repository.js';
import { Digests } from '../../system/digest/digests.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { type Note, showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { askInOneState } from '../snapshot/ask-in-one-state.js';
import { readProvedSnapshot } from '../snapshot/check-snapshot.js';
import { contentFailure } from '../snapshot/content-failure.js';
import { readVerdict } from '../snapshot/examined-verdict.js';
import {
  type SnapshotSummary,
  damagedTableNotes,
  summarizeSnapshot,
} from '../snapshot/snapshot-summary.js';
import type { RequestedTime } from '../snapshot/time-spec.js';

export class ExportedSnapshot {
  readonly summary: SnapshotSummary;
  readonly notes: readonly Note[];
  readonly manifest: ArchiveManifest;
  readonly #open: OpenRepository;
  readonly #context: RunContext;
  /** By the path of the file. */
  readonly #contents: ReadonlyMap<BytePath, Content>;
  readonly #digests = new Digests();

  /** @throws NotInSnapshotError, CorruptError */
  constructor(open: OpenRepository, time: RequestedTime, context: RunContext) {
    const { proved, examinations, damaged, record } = askInOneState(open, () => ({
      proved: readProvedSnapshot(open, time, context.clock.nowMs()),
      examinations: open.examinations(),
      // Without an examination nobody is told of a file that no server loads.
      damaged: open.damagedTables(['examination']),
      record: open.overview().record,
    }));
    const { snapshot, versions } = proved;
    const { summary, notes } = summarizeSnapshot(snapshot);
    this.summary = summary;
    this.notes = [...damagedTableNotes(damaged), ...notes];
    this.manifest = {
      program: context.program,
      repositoryId: record.uuid,
      snapshot: {
        id: snapshot.id,
        timeSeconds: snapshot.timeSeconds,
        program: snapshot.program,
        host: snapshot.host,
        source: snapshot.source,
      },
      server: summary.server,
      notes: summary.notes,
      entries: versions.map((version) => toArchiveEntry(version, examinations)),
    };
    this.#open = open;
    this.#context = context;
    this.#contents = new Map(
      versions.flatMap(({ path, content }) => (content === null ? [] : [[path, content]])),
    );
  }

  /** Emits all bytes of a file. @throws CorruptError, with the bytes that were emitted to be thrown away */
  async read({ path }: ArchiveEntry, emit: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const content = this.#contents.get(path);
    if (content === undefined) {
      throw new CorruptError(`'${showPath(path)}' has no content`, { path });
    }
    this.#digests.prepare(content.sizeBytes);
    const { checkpoint } = this.#context;
    try {
      await readContent(this.#open, content, { emit, checkpoint, digests: this.#digests });
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      const failed = { snapshotId: this.summary.id, path, what: 'exported' };
      throw contentFailure(this.#open, failed, error);
    }
  }

  async close(): Promise<void> {
    this.#open.close();
    await this.#digests.close();
  }
}

function toArchiveEntry(
  version: Version,
  examinations: ReadonlyMap<number, ExaminationRecord>,
): ArchiveEntry {
  const { path, type, mode, uid, gid, ownerName, groupName, mtimeNs, content } = version;
  const found = content === null ? undefined : examinations.get(content.id);
  return {
    path,
    type,
    mode,
    uid,
    gid,
    ownerName,
    groupName,
    mtimeNs,
    sizeBytes: content?.sizeBytes ?? 0,
    sha256: content?.sha256 ?? null,
    linkTarget: version.linkTarget,
    isStale: version.isStale,
    verdict: found === undefined ? null : toArchivedVerdict(found),
  };
}

function toArchivedVerdict(found: ExaminationRecord): ArchiveEntry['verdict'] {
  const { verdict } = readVerdict(found);
  return verdict.kind === 'whole'
    ? { kind: verdict.kind, why: null }
    : { kind: verdict.kind, why: verdict.why };
}
