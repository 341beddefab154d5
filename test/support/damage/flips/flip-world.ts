// A small repository whose catalog has a row in every table, and what it holds: for tests that flip every bit
// of the catalog. In one the second snapshot has an alarm. In another the last backup was cut off after its commit, so that
// operations are owed.
import { cpSync, rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type Tree, readTree, withoutOurs } from '../../files/directory-tree.js';
import { HookedFileSystem, systemFailure } from '../../files/hooked-file-system.js';
import { writeRdb } from '../../redis/data/rdb-writer.js';
import { catalogFile } from '../../repository/edit-catalog.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { RecordedSnapshot } from '../../sandbox/sandbox-options.js';

export interface FlipWorld {
  /** Holds source/ and repository/. Nothing changes these two any more. */
  readonly root: string;
  readonly nowMs: number;
  readonly snapshots: readonly RecordedSnapshot[];
  /** What SOURCE holds, for the next backup. */
  readonly source: Tree;
}

const FIRST_SECONDS = 1_800_000_000;

/** A dump that becomes shorter by this raises an alarm. */
const LOST_TIMES = 5;

/** The catalog has as many pages as with the usual size, but fewer bits. */
const PAGE_BYTES = 512;

/** @param root an empty directory */
export async function makeFlipWorld(root: string, isCutOff: boolean): Promise<FlipWorld> {
  const sandbox = new Sandbox(root, { records: true, examines: true });
  await fs.mkdir(sandbox.source);
  await fs.symlink('folder', sandbox.inSource('link'));
  for (const night of [1, 2, 3]) {
    await layNight(sandbox, night);
    if (!isCutOff && night === 1) await sandbox.write('dump.rdb', dumpOf(night, LOST_TIMES));
    if (night < 3) await sandbox.backup();
    if (night === 2) {
      await sandbox.remark(1, { kind: 'pin', note: 'a note' });
      await sandbox.remark(2, { kind: 'tag', name: 'a-name' });
      await sandbox.verify();
      shrinkPages(sandbox.repository);
    }
  }
  await (isCutOff ? backupCutOff(sandbox) : sandbox.backup());
  if (!isCutOff) await sandbox.verify();
  await layNight(sandbox, 4);
  sandbox.context.advance(60);
  return {
    root,
    nowMs: sandbox.context.clock.nowMs(),
    snapshots: sandbox.recorded,
    source: withoutOurs(await readTree(sandbox.source)),
  };
}

async function layNight(sandbox: Sandbox, night: number): Promise<void> {
  await sandbox.write('dump.rdb', dumpOf(night, 1));
  await sandbox.write('folder/file', `${'the same\n'.repeat(100)}${night}\n`);
  if (night === 1) await sandbox.write('changeling', 'a file at first');
  if (night === 3) {
    await sandbox.remove('changeling');
    await sandbox.write('changeling/within', 'in a folder');
  }
  // Times in whole seconds are set without the help of another program.
  for (const name of Object.keys(await readTree(sandbox.source))) {
    const seconds = FIRST_SECONDS + night;
    await fs.lutimes(sandbox.inSource(name), seconds, seconds);
  }
}

function dumpOf(night: number, times: number): Buffer {
  const value = { type: 'string', text: `of night ${night} `.repeat(40 * times) } as const;
  return writeRdb([{ database: 0, key: 'text', value }]);
}

function shrinkPages(repository: string): void {
  const connection = new Database(catalogFile(repository));
  connection.pragma(`page_size = ${PAGE_BYTES}`);
  connection.exec('VACUUM');
  connection.close();
}

async function backupCutOff(sandbox: Sandbox): Promise<void> {
  let renames = 0;
  const fileSystem = new HookedFileSystem((call) => {
    if (call.operation !== 'rename' && call.operation !== 'makeDirectory') return;
    renames += 1;
    if (renames > 1) throw systemFailure(call, 'EIO');
  });
  const { notes } = await sandbox.backup({ context: { fileSystem } });
  if (!notes.some(({ kind }) => kind === 'unfinished')) throw new Error('it was not cut off');
}

/** A sandbox over the world's SOURCE and a copy of its repository. */
export async function copyOfWorld(world: FlipWorld, folder: string): Promise<Sandbox> {
  await fs.mkdir(folder);
  const sandbox = new Sandbox(folder, { examines: true });
  resetRepository(world, sandbox);
  return sandbox;
}

export function resetRepository(world: FlipWorld, sandbox: Sandbox): void {
  rmSync(sandbox.repository, { recursive: true, force: true });
  cpSync(path.join(world.root, 'repository'), sandbox.repository, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  sandbox.context.setTime(world.nowMs);
}
