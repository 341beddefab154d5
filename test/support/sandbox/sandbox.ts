// A SOURCE and a REPO of one test, with the use cases as methods. A test gives only the options that
// matter to it. On request a sandbox records what SOURCE was at each snapshot, read without any help
// from the program. The clock moves on by a fixed step before each backup, and at no other time.
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import type { BackupRequest } from '../../../src/engine/backup/backup-request.js';
import { backup } from '../../../src/engine/backup/backup.js';
import type { InfoReport } from '../../../src/engine/inspect/info-report.js';
import { info } from '../../../src/engine/inspect/info.js';
import type { ListedFile, ListedSnapshot } from '../../../src/engine/inspect/list-report.js';
import { listFiles, listSnapshots } from '../../../src/engine/inspect/list.js';
import { NO_RULES } from '../../../src/engine/keep/keep-rules.js';
import type { RemovalReport } from '../../../src/engine/retention/removal-report.js';
import type { RemovalRequest } from '../../../src/engine/retention/removal-request.js';
import type { Remark, RemarkReport } from '../../../src/engine/retention/remark-request.js';
import { remark } from '../../../src/engine/retention/remark.js';
import { remove } from '../../../src/engine/retention/remove.js';
import { USUAL_PERCENT } from '../../../src/engine/snapshot/alarm/compare-states.js';
import { parseTime } from '../../../src/engine/snapshot/time-spec.js';
import type { RepairReport } from '../../../src/engine/repair/repair-report.js';
import { repair } from '../../../src/engine/repair/repair.js';
import type { RestoreReport } from '../../../src/engine/restore/restore-report.js';
import { restore } from '../../../src/engine/restore/restore.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import type { VerifyReport } from '../../../src/engine/verify/verify-report.js';
import { verify } from '../../../src/engine/verify/verify.js';
import { type BytePath, formatPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { type Tree, readTree, withoutOurs } from '../files/directory-tree.js';
import {
  type TeardownContext,
  removeTree,
  temporaryDirectory,
} from '../files/temporary-directory.js';
import { type TestContext, createTestContext } from '../program/run-context.js';
import {
  type BackupOptions,
  type RecordedSnapshot,
  type RemoveOptions,
  type RepairOptions,
  type RestoreOptions,
  type SandboxOptions,
  type VerifyOptions,
  plainBackup,
} from './sandbox-options.js';

/** Of all sandboxes: several may have the same root. */
let restoredCount = 0;

export class Sandbox {
  /** Holds everything else of the test. */
  readonly root: string;
  readonly source: string;
  /** A test that moves the repository says so here. */
  repository: string;
  readonly context: TestContext;
  /** Each snapshot, oldest first, if the sandbox records. */
  readonly recorded: RecordedSnapshot[] = [];
  readonly #options: SandboxOptions;

  /** @param root an existing directory of the caller's, who removes it */
  constructor(root: string, options: SandboxOptions = {}) {
    this.root = root;
    this.source = path.join(root, 'source');
    this.repository = options.repository ?? path.join(root, 'repository');
    this.context = options.context ?? createTestContext();
    this.#options = options;
  }

  /** The same SOURCE and clock with another REPO, and a record of its own that begins the same. */
  withRepository(repository: string): Sandbox {
    const other = new Sandbox(this.root, { ...this.#options, context: this.context, repository });
    other.recorded.push(...this.recorded);
    return other;
  }

  async backup(options: BackupOptions = {}): Promise<BackupReport> {
    this.context.advance(options.afterSeconds ?? this.#options.stepSeconds ?? 60);
    const tree = this.#options.records === true ? await readTree(this.source) : null;
    const report = await backup(this.backupRequest(options), this.#contextOf(options));
    const { id, time } = report.snapshot;
    if (tree !== null) this.recorded.push({ id, time, tree });
    return report;
  }

  backupRequest(options: BackupOptions = {}): BackupRequest {
    const { source = this.source, repository = this.repository, also = [] } = options;
    return {
      ...plainBackup(this.source, repository),
      namedSource: source === null ? null : pathFromText(source),
      also: also.map(pathFromText),
      serverRequest: options.server ?? null,
      rules: options.rules ?? [],
      allowMoved: options.allowMoved ?? false,
      allowEmpty: options.allowEmpty ?? false,
      force: options.force ?? false,
      rehash: options.rehash ?? false,
      hardLinksOfOthers: options.hardLinksOfOthers ?? false,
      examine: options.examine ?? this.#options.examines ?? false,
      alarmPercent: options.alarmPercent ?? USUAL_PERCENT,
      isBeforeRecovery: options.isBeforeRecovery ?? false,
      tags: options.tags ?? [],
      memoryBytes: options.memoryBytes ?? null,
      waitLockMs: options.waitLockMs ?? 0,
    };
  }

  /** Restores to `to`, or to a new path beside SOURCE; the report names the destination. */
  async restore(options: RestoreOptions = {}): Promise<RestoreReport> {
    const repository = formatPath(this.repositoryPath);
    const request = {
      repositoryPath: options.path === undefined ? repository : `${repository}/${options.path}`,
      time: options.time ?? 'now',
      destination: pathFromText(options.to ?? this.#newDestination()),
      force: options.force ?? false,
      isDirectoryNamed: options.isDirectoryNamed ?? false,
      setDestination: options.setDestination ?? false,
      owner: options.owner ?? null,
    };
    return restore(request, this.#contextOf(options));
  }

  /** What a restore makes. The restored files are deleted again. */
  async restoredTree(options: Omit<RestoreOptions, 'to'> = {}): Promise<Tree> {
    const to = this.#newDestination();
    await this.restore({ ...options, to });
    const tree = await readTree(to);
    await removeTree(to);
    return tree;
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { at = null, mode = { kind: 'full' }, deep = false } = options;
    const request = { repository: this.repositoryPath, time: at, mode, deep };
    return verify(request, this.#contextOf(options));
  }

  /** `remove`: a test removes files of SOURCE by that name. */
  async thin(options: RemoveOptions = {}): Promise<RemovalReport> {
    const { rules = {}, olderThan, ids, force = false, dryRun = false } = options;
    const request: RemovalRequest = {
      repository: this.repositoryPath,
      selection:
        ids === undefined
          ? {
              kind: 'rules',
              rules: { ...NO_RULES, ...rules },
              olderThan: olderThan === undefined ? null : parseTime(olderThan),
            }
          : {
              kind: 'named',
              ranges: ids.map((id) => (typeof id === 'number' ? { first: id, last: id } : id)),
            },
      force,
      dryRun,
      alarmPercent: USUAL_PERCENT,
      waitLockMs: 0,
    };
    return remove(request, this.#contextOf(options));
  }

  /** Says something of the snapshot with this number. */
  async remark(id: number, said: Remark): Promise<RemarkReport> {
    const request = { repository: this.repositoryPath, id, remark: said, waitLockMs: 0 };
    return remark(request, this.context);
  }

  async repair(options: RepairOptions = {}): Promise<RepairReport> {
    const source = options.source === undefined ? null : pathFromText(options.source);
    const request = { repository: this.repositoryPath, source, waitLockMs: 0 };
    return repair(request, this.#contextOf(options));
  }

  info(): InfoReport {
    return info({ repository: this.repositoryPath }, this.context);
  }

  list(): readonly ListedSnapshot[] {
    return listSnapshots({ repository: this.repositoryPath }, this.context).snapshots;
  }

  /** Files of a snapshot by their path. */
  files(time = 'now'): Record<string, ListedFile> {
    const { files } = listFiles({ repository: this.repositoryPath, time }, this.context);
    return Object.fromEntries(files.map((file) => [file.path, file]));
  }

  /** A recorded snapshot by its number in this sandbox, from 1 on. */
  snapshot(number: number): RecordedSnapshot {
    const found = this.recorded[number - 1];
    if (found === undefined) throw new Error(`no snapshot ${number} was recorded`);
    return found;
  }

  /** Everything in the mirror except our own folder. */
  async mirror(): Promise<Tree> {
    return withoutOurs(await readTree(this.repository));
  }

  get repositoryPath(): BytePath {
    return pathFromText(this.repository);
  }

  /** A path beside SOURCE and REPO. */
  at(...names: readonly string[]): string {
    return path.join(this.root, ...names);
  }

  inSource(...names: readonly string[]): string {
    return path.join(this.source, ...names);
  }

  inMirror(...names: readonly string[]): string {
    return path.join(this.repository, ...names);
  }

  /** A path in our own folder of the repository. */
  data(name: string): string {
    return this.inMirror('redis-rewind-data', name);
  }

  /** Writes a file of SOURCE, and makes the folders that lead to the file. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await mkdir(path.dirname(this.inSource(name)), { recursive: true });
    await writeFile(this.inSource(name), content);
  }

  async append(name: string, content: string | Uint8Array): Promise<void> {
    await appendFile(this.inSource(name), content);
  }

  /** Removes a file of SOURCE, or a folder with all that is in it. */
  async remove(name: string): Promise<void> {
    await rm(this.inSource(name), { recursive: true });
  }

  /** The text of a file of the mirror. */
  async read(name: string): Promise<string> {
    return readFile(this.inMirror(name), 'latin1');
  }

  #newDestination(): string {
    restoredCount += 1;
    return this.at(`${path.basename(this.repository)}-restored-${restoredCount}`);
  }

  #contextOf(options: { readonly context?: Partial<RunContext> }): RunContext {
    return { ...this.context, ...options.context };
  }
}

/** An empty SOURCE, and a REPO that does not exist yet; both are removed when the test ends. */
export async function createSandbox(
  t: TeardownContext,
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const sandbox = new Sandbox(await temporaryDirectory(t), options);
  await mkdir(sandbox.source, { mode: 0o750 });
  return sandbox;
}
