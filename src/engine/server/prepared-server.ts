// A server that is contacted and waits for its backup. It saves when the repository is locked, and its files
// are captured right after. A dump that it wrote only for the backup is removed at the end, or by a later run
// if this one is killed.
import { ServerError, type ServerTrouble } from '../../errors.js';
import { findAofCut } from '../../persistence/aof/aof-cut.js';
import { captureAof } from '../../redis/capture/aof-capture.js';
import { type OpenDump, inspectDump } from '../../redis/capture/dump-file.js';
import {
  type SavePlan,
  estimateDumpBytes,
  requireSaveSpace,
} from '../../redis/capture/plan-save.js';
import { type SaveRequest, saveDump } from '../../redis/capture/save-dump.js';
import { waitForRewrite } from '../../redis/capture/wait-for-rewrite.js';
import {
  holdDirectory,
  requireOwnDirectory,
  unprovedDirectory,
} from '../../redis/server/find-directory.js';
import type { LiveServer } from '../../redis/server/live-server.js';
import type { ServerSettings } from '../../redis/server/server-settings.js';
import { forgetTemporaryDump } from '../../repository/commit/temporary-dump.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import type { FileDescriptor } from '../../system/files/file-system.js';
import type { HeldFolder } from '../../system/files/held-folders.js';
import { append } from '../../system/lists/lists.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import type { Capture, CapturedFile } from './capture-plan.js';
import { serverNotes } from './server-notes.js';
import { type ServerReport, reportServer } from './server-report.js';
import { TemporaryDump, findLeftoverDump } from './temporary-dump.js';

/** After such trouble the server may still go on with a save that it has begun. */
const UNCERTAIN: readonly ServerTrouble[] = ['lost', 'unreachable', 'timeout'];

/** Without files of a multi-part AOF, whose names say what they are. */
function namedFiles({ dumpName, aofName, aofFolder }: ServerSettings): ServerCapture['named'] {
  const dump = [dumpName, 'dump'] as const;
  return new Map(aofFolder === null ? [dump, [aofName, 'log']] : [dump]);
}

export interface ServerCapture extends Capture {
  readonly report: ServerReport;
  readonly notes: readonly Note[];
}

export class PreparedServer {
  readonly #liveServer: LiveServer;
  readonly #plan: SavePlan;
  readonly #keepsDump: boolean;
  readonly #context: RunContext;
  readonly #open: FileDescriptor[] = [];
  /** The server's directory. It stays open to the end, so that nobody can put another one in its place. */
  readonly #held: HeldFolder;
  readonly #notes: Note[] = [];
  /** The dump that will be removed. */
  #temporary: TemporaryDump | null = null;

  /** @throws ServerError, SystemError where the server's directory is no longer what it was */
  constructor(liveServer: LiveServer, plan: SavePlan, keepsDump: boolean, context: RunContext) {
    this.#liveServer = liveServer;
    this.#plan = plan;
    this.#keepsDump = keepsDump;
    this.#context = context;
    const { connection, directory } = liveServer;
    this.#held = holdDirectory(context.fileSystem, directory, connection.address);
  }

  /** Where it was contacted, for messages. */
  get address(): string {
    return this.#liveServer.connection.address;
  }

  /** The real path of the directory that holds its files. */
  get directory(): BytePath {
    return this.#liveServer.directory.path;
  }

  /** The name under which Sentinels know its primary; null where none was asked. */
  get masterName(): string | null {
    return this.#liveServer.sentinels?.masterName ?? null;
  }

  /**
   * Has the server save, and captures its files. The repository is locked by the caller.
   * @param force save although there may be too little space for that
   * @throws ServerError, NoSpaceError
   */
  async capture(repository: BytePath, force: boolean): Promise<ServerCapture> {
    const { settings, facts, directory, connection } = this.#liveServer;
    const files = new Map<BytePath, CapturedFile>();
    if (directory.serverUid !== null) this.#requireOwnDirectory(directory.serverUid);
    const dump = await this.#save(repository, force);
    if (dump === null && !directory.isProved && !(await this.#isOfLastSave())) {
      throw unprovedDirectory(connection.address, directory.path);
    }
    if (directory.serverUid === null) {
      // Any file that changed meanwhile could pass for a dump, such as a log of root's.
      this.#requireOwnDirectory(dump?.isRdb === true ? dump.stat.uid : null);
    }
    if (dump !== null) {
      const { descriptor, stat } = dump;
      files.set(settings.dumpName, {
        kind: 'open',
        descriptor,
        stat,
        sizeBytes: Number(stat.size),
      });
    }
    if (facts.isAofEnabled) await this.#captureAof(files);
    const isSet = facts.isAofEnabled && settings.aofFolder !== null;
    return {
      files,
      aof: isSet ? { folder: settings.aofFolder, name: settings.aofName } : null,
      named: namedFiles(settings),
      report: reportServer(this.#liveServer, this.#plan.how, dump, files),
      notes: [...serverNotes(this.#liveServer), ...this.#notes],
    };
  }

  /** Removes the dump that the server wrote for the backup alone. Never throws: trouble is a note. */
  removeTemporary(): Note[] {
    return this.#temporary?.remove() ?? [];
  }

  close(): void {
    for (const descriptor of this.#open.splice(0)) this.#context.fileSystem.close(descriptor);
    this.#held.release();
    this.#liveServer.connection.close();
  }

  async #save(repository: BytePath, force: boolean): Promise<OpenDump | null> {
    const { how, isPersistenceOff } = this.#plan;
    const { fileSystem } = this.#context;
    const { facts, settings, directory } = this.#liveServer;
    const path = joinPath(directory.path, settings.dumpName);
    const before = fileSystem.stat(path);
    const mayRemove = isPersistenceOff && !this.#keepsDump;
    // A dump that a killed run has left counts as not being there.
    const leftover = await findLeftoverDump(fileSystem, repository, this.#liveServer, {
      before,
      mayRemove,
    });
    append(this.#notes, leftover.notes);
    const isFree = before === null || leftover.isThere;
    const temporary =
      mayRemove && isFree ? new TemporaryDump(fileSystem, repository, this.#liveServer) : null;
    if (how === 'none') {
      if (temporary !== null && before !== null) {
        temporary.see(before);
        this.#temporary = temporary;
      }
      return null;
    }
    const former = await inspectDump(fileSystem, path);
    if (!force) {
      const estimate = estimateDumpBytes(former, facts.usedMemoryBytes);
      requireSaveSpace(directory.path, estimate, fileSystem.freeBytes(directory.path));
    }
    temporary?.begin();
    this.#temporary = temporary;
    const dump = await this.#askToSave(repository, { path, before, how });
    this.#open.push(dump.descriptor);
    temporary?.see(dump.stat);
    return dump;
  }

  async #askToSave(
    repository: BytePath,
    what: Pick<SaveRequest, 'path' | 'before' | 'how'>,
  ): Promise<OpenDump> {
    const { fileSystem, onProgress } = this.#context;
    const { connection, patience } = this.#liveServer;
    try {
      return await saveDump({
        ...what,
        connection,
        patience,
        fileSystem,
        onProgress: (doneKeys, totalKeys) =>
          onProgress({
            phase: 'saving',
            path: null,
            doneBytes: Math.min(doneKeys, totalKeys),
            totalBytes: totalKeys,
          }),
      });
    } catch (error) {
      const mayComeYet = !(error instanceof ServerError) || UNCERTAIN.includes(error.trouble);
      if (!mayComeYet && fileSystem.stat(what.path) === null) {
        forgetTemporaryDump(fileSystem, repository);
      }
      throw error;
    }
  }

  /** Only root can read what the server may not. @throws ServerError */
  #requireOwnDirectory(serverUid: bigint | null): void {
    const { fileSystem, uid } = this.#context;
    const { connection, directory } = this.#liveServer;
    if (uid !== 0 || directory.isNamed) return;
    const owner = fileSystem.stat(directory.path)?.uid ?? 0n;
    requireOwnDirectory(connection.address, directory.path, { owner, serverUid });
  }

  /** Whether the dump in the directory is the one that the server says it saved last. */
  async #isOfLastSave(): Promise<boolean> {
    const { facts, settings, directory } = this.#liveServer;
    const stat = this.#context.fileSystem.stat(joinPath(directory.path, settings.dumpName));
    if (stat === null || facts.lastSaveSeconds === null) return false;
    const writtenSeconds = Number(stat.mtimeNs / 1_000_000_000n);
    return Math.abs(writtenSeconds - facts.lastSaveSeconds) <= 1;
  }

  async #captureAof(files: Map<BytePath, CapturedFile>): Promise<void> {
    const { connection, settings, directory, patience } = this.#liveServer;
    const { fileSystem, checkpoint } = this.#context;
    await waitForRewrite(connection, patience);
    const capture = await captureAof(fileSystem, connection.address, directory.path, settings);
    for (const { descriptor } of capture.files) this.#open.push(descriptor);
    for (const { path, descriptor, stat } of capture.files) {
      files.set(path, { kind: 'open', descriptor, stat, sizeBytes: Number(stat.size) });
    }
    const last = capture.files.at(-1);
    if (last !== undefined) {
      const { path, descriptor, stat } = last;
      const reader = new FileReader(fileSystem, descriptor, Number(stat.size));
      const sizeBytes = await findAofCut(reader, checkpoint);
      files.set(path, { kind: 'open', descriptor, stat, sizeBytes });
    }
    if (capture.manifest !== null) {
      const { path, bytes, stat } = capture.manifest;
      files.set(path, { kind: 'bytes', bytes, stat });
    }
  }
}
