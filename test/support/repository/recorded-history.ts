// A source directory, a repository of it, and what the source was at each snapshot, recorded without
// any help from the program. Snapshots lie a day apart by the clock of the history's own context.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { backup } from '../../../src/engine/backup/backup.js';
import { repair } from '../../../src/engine/repair/repair.js';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import type { RepairReport } from '../../../src/engine/repair/repair-report.js';
import type { RestoreReport } from '../../../src/engine/restore/restore-report.js';
import type { VerifyReport } from '../../../src/engine/verify/verify-report.js';
import type { ServerRequest } from '../../../src/engine/server/server-request.js';
import type { VerifyMode } from '../../../src/engine/verify/verify-request.js';
import { restore } from '../../../src/engine/restore/restore.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { verify } from '../../../src/engine/verify/verify.js';
import { type BytePath, formatPath, pathFromText } from '../../../src/system/files/byte-path.js';
import type { FileSystem } from '../../../src/system/files/file-system.js';
import { plainBackup } from './backup-request.js';
import { type Tree, readTree } from '../files/directory-tree.js';
import { type TestContext, createTestContext } from '../program/run-context.js';
import { type TeardownContext, temporaryDirectory } from '../files/temporary-directory.js';

export interface RecordedSnapshot {
  readonly id: number;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** The source at that time. */
  readonly tree: Tree;
}

export interface RestoreOptions {
  /** Inside the snapshot, `\xHH` for bytes; all of it without. */
  readonly path?: string;
  /** TIME; the newest without. */
  readonly at?: string;
  readonly force?: boolean;
  readonly owner?: string;
  readonly context?: RunContext;
}

const DAY_SECONDS = 86_400;

export class RecordedHistory {
  readonly snapshots: RecordedSnapshot[] = [];
  /** Where the repository is now; a test that moves it says so here. */
  repository: string;
  readonly source: string;
  readonly directory: string;
  readonly context: TestContext;
  /** Off unless set: most tests put into files what is no dump. */
  examines = false;

  /** @param directory an existing directory of the caller's, who removes it */
  constructor(directory: string) {
    this.directory = directory;
    this.source = path.join(directory, 'source');
    this.repository = path.join(directory, 'repository');
    this.context = createTestContext();
  }

  /** An empty source and no repository yet, in a directory that is removed when the test ends. */
  static async begin(t: TeardownContext): Promise<RecordedHistory> {
    const history = new RecordedHistory(await temporaryDirectory(t));
    await mkdir(history.source, { mode: 0o750 });
    return history;
  }

  /** A path in the test's own directory, beside the source and the repository. */
  at(...parts: readonly string[]): string {
    return path.join(this.directory, ...parts);
  }

  async backUp(
    options: {
      readonly also?: readonly string[];
      readonly server?: ServerRequest;
      readonly context?: RunContext;
    } = {},
  ): Promise<BackupReport> {
    this.context.advance(DAY_SECONDS);
    const tree = await readTree(this.source);
    const report = await backup(
      plainBackup(this.source, this.repository, {
        also: (options.also ?? []).map(pathFromText),
        examine: this.examines,
        server: options.server ?? null,
      }),
      options.context ?? this.context,
    );
    const { id, time } = report.snapshot;
    this.snapshots.push({ id, time, tree });
    return report;
  }

  async restore(destination: string, options: RestoreOptions = {}): Promise<RestoreReport> {
    const { path: inside = '', at = 'now', force = false, owner = null } = options;
    const repository = formatPath(pathFromText(this.repository));
    return restore(
      {
        repositoryPath: inside === '' ? repository : `${repository}/${inside}`,
        time: at,
        destination: pathFromText(destination),
        force,
        owner,
      },
      options.context ?? this.context,
    );
  }

  async verify(
    options: {
      readonly at?: string;
      readonly mode?: VerifyMode;
      readonly context?: RunContext;
    } = {},
  ): Promise<VerifyReport> {
    const { at = null, mode = { kind: 'full' }, context = this.context } = options;
    return verify({ repository: this.repositoryPath, time: at, mode }, context);
  }

  /** Puts right what can be, and verifies all of it. */
  async repair(
    options: { readonly source?: string; readonly context?: RunContext } = {},
  ): Promise<RepairReport> {
    const source = options.source === undefined ? null : pathFromText(options.source);
    return repair(
      { repository: this.repositoryPath, source, waitLockMs: 0 },
      options.context ?? this.context,
    );
  }

  /** The history's own context with another file system. */
  contextWith(fileSystem: FileSystem): RunContext {
    return { ...this.context, fileSystem };
  }

  get repositoryPath(): BytePath {
    return pathFromText(this.repository);
  }

  /** A snapshot by its number in this history, from 1 on. */
  snapshot(number: number): RecordedSnapshot {
    const found = this.snapshots[number - 1];
    if (found === undefined) throw new Error(`no snapshot ${number} was taken`);
    return found;
  }
}

/** The part of a tree that lies at `top`, as readTree of that part alone has it. */
export function subtree(tree: Tree, top: string): Tree {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, entry]) => {
      if (name === top) return [['.', entry]];
      return name.startsWith(`${top}/`) ? [[name.slice(top.length + 1), entry]] : [];
    }),
  );
}
