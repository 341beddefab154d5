// A repository as the source of a restore: the snapshot that TIME means, and the bytes of its files,
// rebuilt from the mirror and the increments. No lock is taken, so a backup may run at the same time.
import type { Content, ExaminationRecord, Version } from '../../catalog/records.js';
import type { Emit } from '../../delta/engine/emit.js';
import { CorruptError } from '../../errors.js';
import { readContent } from '../../repository/contents/read-content.js';
import { ALSO, isReserved } from '../../repository/layout.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import type { OpenRepository } from '../../repository/repository.js';
import { Digests } from '../../system/digest/digests.js';
import { type BytePath, joinPath, relativePath } from '../../system/files/byte-path.js';
import { type Note, showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { askInOneState } from '../snapshot/ask-in-one-state.js';
import { contentFailure } from '../snapshot/content-failure.js';
import { readProvedSnapshot } from '../snapshot/check-snapshot.js';
import {
  beginSecondExamination,
  finishSecondExamination,
  readVerdict,
  verdictNote,
} from '../snapshot/examined-verdict.js';
import {
  type SnapshotSummary,
  damagedTableNotes,
  summarizeSnapshot,
} from '../snapshot/snapshot-summary.js';
import type { RequestedTime } from '../snapshot/time-spec.js';
import { UNUSABLE_HINT } from './restore-notes.js';
import type { Absence, RestoreEntry, RestoreSource, SourceLocation } from './restore-source.js';

/**
 * @throws NotInSnapshotError, LockedError, CorruptError
 */
export function openRepositorySource(
  path: BytePath,
  time: RequestedTime,
  context: RunContext,
): RepositorySource {
  const repository = openSnapshots(context.fileSystem, path);
  try {
    return new RepositorySource(repository, time, context);
  } catch (error) {
    repository.close();
    throw error;
  }
}

export class RepositorySource implements RestoreSource {
  readonly location: SourceLocation;
  /** All that reports show of the snapshot. */
  readonly snapshot: SnapshotSummary;
  readonly entries: readonly RestoreEntry[];
  /** The records behind `entries`, in the same order. */
  readonly versions: readonly Version[];
  /** What the examinations of all backups have found, by the ids of the contents. */
  readonly examinations: ReadonlyMap<number, ExaminationRecord>;
  readonly #open: OpenRepository;
  readonly #context: RunContext;
  /** By the path of the file. */
  readonly #contents: ReadonlyMap<BytePath, Content>;
  readonly #notes: Note[];
  /** The directory that was backed up. */
  readonly #source: BytePath;
  /** The digests of large files are computed on another thread, one for all of them. */
  readonly #digests = new Digests();

  constructor(open: OpenRepository, time: RequestedTime, context: RunContext) {
    const { proved, examinations, damaged } = askInOneState(open, () => ({
      proved: readProvedSnapshot(open, time, context.clock.nowMs()),
      examinations: open.examinations(),
      // Without an examination nobody is told of a file that no server loads.
      damaged: open.damagedTables(['examination']),
    }));
    this.location = { path: open.path, name: 'the repository', isRepository: true };
    const { summary, notes } = summarizeSnapshot(proved.snapshot);
    this.snapshot = summary;
    this.#notes = [...damagedTableNotes(damaged), ...notes];
    this.#source = proved.snapshot.source;
    this.examinations = examinations;
    this.versions = proved.versions;
    this.entries = proved.versions.map((version) => toEntry(version, examinations));
    this.#open = open;
    this.#context = context;
    this.#contents = new Map(
      proved.versions.flatMap(({ path, content }) => (content === null ? [] : [[path, content]])),
    );
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  placeOf(path: BytePath): BytePath {
    return isReserved(path)
      ? joinPath('/' as BytePath, relativePath(path, ALSO))
      : joinPath(this.#source, path);
  }

  explainAbsence(path: BytePath): Absence {
    return this.#open.everHad(path)
      ? {
          isInNoSnapshot: false,
          hint: "other snapshots have it: find one with 'redis-rewind list --files -r TIME REPO'",
        }
      : {
          isInNoSnapshot: true,
          hint: `'redis-rewind list --files -r "#${this.snapshot.id}" REPO' shows what there is`,
        };
  }

  async read({ path }: RestoreEntry, emit: Emit): Promise<void> {
    const content = this.#contents.get(path);
    if (content === undefined) {
      throw new CorruptError(`'${showPath(path)}' has no content`, { path });
    }
    // The thread starts while the reading is planned.
    this.#digests.prepare(content.sizeBytes);
    const { checkpoint } = this.#context;
    const examiner = beginSecondExamination(this.examinations.get(content.id), content, checkpoint);
    const emitExamined: Emit = async (bytes) => {
      await examiner?.push(bytes);
      await emit(bytes);
    };
    try {
      const reading = { emit: examiner === null ? emit : emitExamined, checkpoint };
      await readContent(this.#open, content, { ...reading, digests: this.#digests });
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      const failed = { snapshotId: this.snapshot.id, path, what: 'restored' };
      throw contentFailure(this.#open, failed, error);
    }
    if (examiner === null) return;
    const verdict = await finishSecondExamination(examiner);
    const note = verdictNote(path, verdict, UNUSABLE_HINT);
    if (note !== null) this.#notes.push(note);
  }

  /** Each content has been proved by itself. */
  async finish(): Promise<void> {}

  async close(): Promise<void> {
    this.#open.close();
    await this.#digests.close();
  }
}

function toEntry(
  version: Version,
  examinations: ReadonlyMap<number, ExaminationRecord>,
): RestoreEntry {
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
    linkTarget: version.linkTarget,
    isStale: version.isStale,
    verdict: found === undefined ? null : readVerdict(found).verdict,
  };
}
