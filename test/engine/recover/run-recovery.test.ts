// A recovery of files, with a stand-in for the server: it writes its dump as it ends, and has loaded what it finds when it
// starts. Killed after any change of a file and run again, the recovery goes on. Killed and undone, everything is as it was.
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import {
  RecoveryJournal,
  makeRecoveries,
} from '../../../src/engine/recover/journal/recovery-journal.js';
import type { JournalPlace } from '../../../src/engine/recover/journal/recovery-journal.js';
import { planRecovery } from '../../../src/engine/recover/plan/plan-recovery.js';
import type { RecoveryPlan } from '../../../src/engine/recover/plan/recovery-plan.js';
import { readSnapshotData } from '../../../src/engine/recover/source/read-snapshot-data.js';
import { type ServerControl, runRecovery } from '../../../src/engine/recover/run-recovery.js';
import { StoppedRecoveryError } from '../../../src/engine/recover/stopped-recovery-error.js';
import { openRepositorySnapshot } from '../../../src/engine/recover/source/repository-snapshot.js';
import { parseTime } from '../../../src/engine/snapshot/time-spec.js';
import { InterruptedError, ServerError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { type FileSystem, RealFileSystem } from '../../../src/system/files/file-system.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { createSettings, createTarget } from '../../support/redis/recovery-facts.js';
import { createTestContext } from '../../support/program/run-context.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const ID = '20261128T031500Z';
const TO_TYPE = { again: 'recover AGAIN', undo: 'recover --undo' };
const OLD = writeRdb([{ database: 0, key: 'old', value: { type: 'string', text: 'night' } }]);
const NEW = 'what the server has in memory';
const BASE = 'appendonlydir/appendonly.aof.1.base.rdb';
const MANIFEST = 'appendonlydir/appendonly.aof.manifest';

interface Stage {
  readonly sandbox: Sandbox;
  /** Of the server. */
  readonly directory: string;
  readonly isAofOn: boolean;
}

/** SOURCE is the server's directory. Its last backup has the old dump, and the directory a newer state. */
async function prepare(t: ExecutionContext, isAofOn: boolean): Promise<Stage> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', OLD);
  await sandbox.backup({ examine: true });
  await sandbox.write('dump.rdb', 'of an hour ago');
  await sandbox.write('nodes.conf', 'stays');
  if (isAofOn) {
    await mkdir(path.join(sandbox.source, 'appendonlydir'));
    await sandbox.write(BASE, 'the newest base');
    await sandbox.write(MANIFEST, 'file appendonly.aof.1.base.rdb seq 1 type b\n');
  }
  await chmod(sandbox.source, 0o711);
  return { sandbox, directory: sandbox.source, isAofOn };
}

/** What stands in the directory, and the server that works there. */
class StandIn implements ServerControl {
  isRunning = true;
  readonly calls: string[] = [];
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async keepPresent() {
    this.calls.push('keep-present');
    return [];
  }

  /** With save points a server saves as it ends. */
  async stop() {
    if (this.isRunning && !this.calls.includes('stop')) {
      writeFileSync(path.join(this.#directory, 'dump.rdb'), NEW);
    }
    this.isRunning = false;
    this.calls.push('stop');
  }

  isUp() {
    return this.isRunning;
  }

  requireGone() {
    if (!this.isRunning) return;
    throw new ServerError('failed', 'it runs', { address: null });
  }

  async start() {
    this.isRunning = true;
    this.calls.push('start');
  }

  async check() {
    return [];
  }
}

function journalPlace({ sandbox }: Stage, fileSystem: FileSystem, processId: number): JournalPlace {
  const recoveries = pathFromText(path.join(sandbox.root, 'recover'));
  return { fileSystem, recoveries, uid: process.geteuid?.() ?? 0, processId };
}

/** One run of the program. */
async function run(
  stage: Stage,
  control: ServerControl,
  {
    fileSystem = new RealFileSystem(),
    undo = false,
    processId = 1,
    beforeEnd = (): void => undefined,
  } = {},
): Promise<RecoveryPlan> {
  const { sandbox, directory, isAofOn } = stage;
  const context = { ...createTestContext({ fileSystem }), processId };
  const settings = createSettings({ isAofOn });
  const source = openRepositorySnapshot(
    sandbox.repositoryPath,
    parseTime('now'),
    createTestContext(),
  );
  try {
    const target = createTarget({
      directory: pathFromText(directory),
      settings,
      version: { product: 'redis', major: 7, minor: 0 },
    });
    const data = await readSnapshotData(source, settings);
    const plan = planRecovery({ target, data, use: 'auto', expired: null }, ID);
    const at = journalPlace(stage, fileSystem, processId);
    makeRecoveries(at);
    const { dev, ino } = statSync(directory, { bigint: true });
    const folder = `${sandbox.root}/recover/${ID}`;
    const former = existsSync(folder) ? RecoveryJournal.open(at, ID) : null;
    // Killed before its first line. Another recovery has another id; here the id is always the same.
    if (former === null) await rm(folder, { recursive: true, force: true });
    const journal =
      former ??
      RecoveryJournal.create(at, {
        id: ID,
        program: context.program,
        snapshotId: 1,
        time: 'now',
        archive: null,
        directory: { path: target.directory, dev, ino },
        data: plan.aside.data,
        aside: plan.aside.names,
        isAsideWithin: plan.aside.isWithin,
        startedBy: 'hand',
      });
    if (undo && journal.state.direction === 'forward') journal.noteUndo();
    const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
    const placement = { source: source.files, files: plan.files, owner };
    await runRecovery({
      journal,
      beforeEnd: () => {
        beforeEnd();
        return [];
      },
      directory: target.directory,
      control,
      placement,
      toType: TO_TYPE,
      context,
    });
    return plan;
  } finally {
    await source.close();
  }
}

function read(directory: string, name: string): string | null {
  const file = path.join(directory, name);
  return existsSync(file) ? readFileSync(file, 'latin1') : null;
}

function isRecovered(t: ExecutionContext, { directory, isAofOn }: Stage): void {
  const old = Buffer.from(OLD).toString('latin1');
  t.is(read(directory, isAofOn ? BASE : 'dump.rdb'), old);
  t.is(read(directory, isAofOn ? 'dump.rdb' : BASE), null);
  if (isAofOn) t.is(read(directory, MANIFEST), 'file appendonly.aof.1.base.rdb seq 1 type b\n');
  t.is(read(directory, 'nodes.conf'), 'stays');
  const aside = `${directory}.before-recover-${ID}`;
  t.is(read(aside, 'dump.rdb'), NEW, 'what the server wrote as it ended is kept');
  if (isAofOn) t.is(read(aside, BASE), 'the newest base');
  t.is(statSync(directory).mode & 0o777, 0o711);
  t.is(statSync(aside).mode & 0o777, 0o700);
}

function isAsBefore(t: ExecutionContext, { directory, isAofOn }: Stage, dump: string): void {
  t.is(read(directory, 'dump.rdb'), dump);
  t.is(read(directory, BASE), isAofOn ? 'the newest base' : null);
  t.is(read(directory, 'nodes.conf'), 'stays');
}

for (const isAofOn of [false, true]) {
  const mode = isAofOn ? 'the AOF on' : 'the AOF off';

  test(`with ${mode} a recovery stops, moves aside, places and starts, in this order`, async (t) => {
    const stage = await prepare(t, isAofOn);
    const control = new StandIn(stage.directory);
    await run(stage, control);
    t.deepEqual(control.calls, ['keep-present', 'stop', 'start']);
    isRecovered(t, stage);
  });

  test(`with ${mode} an undo puts back what was there, and keeps what was recovered`, async (t) => {
    const stage = await prepare(t, isAofOn);
    const control = new StandIn(stage.directory);
    await run(stage, control);
    await writeFile(path.join(stage.directory, 'dump.rdb'), 'written since');
    await run(stage, control, { undo: true });
    isAsBefore(t, stage, NEW);
    t.is(read(`${stage.directory}.recovered-${ID}`, 'dump.rdb'), 'written since');
    t.true(control.isRunning);
  });

  for (const undo of [false, true]) {
    test(`with ${mode}, killed after any change of a file and ${undo ? 'undone' : 'run again'}, nothing is lost`, async (t) => {
      let kills = 0;
      for (let changes = 0; ; changes += 1) {
        const stage = await prepare(t, isAofOn);
        const control = new StandIn(stage.directory);
        const fileSystem = new KilledAfter(changes);
        const failure = await run(stage, control, { fileSystem }).then(
          () => null,
          (error: unknown) => error as Error,
        );
        if (failure === null) break;
        kills += 1;
        t.regex(failure.message, /killed/);
        const wasMade = existsSync(`${stage.directory}.before-recover-${ID}`);
        if (undo) {
          await run(stage, control, { undo, processId: 2 });
          isAsBefore(t, stage, control.calls.includes('stop') ? NEW : 'of an hour ago');
          t.true(control.isRunning, `after ${changes} changes`);
        } else {
          await run(stage, control, { processId: 2 });
          isRecovered(t, stage);
          t.deepEqual(
            ours(stage.directory),
            [],
            `after ${changes} changes, with aside: ${wasMade}`,
          );
        }
        await rm(stage.sandbox.root, { recursive: true });
      }
      t.true(kills > 20, `${kills} kills`);
    });
  }
}

for (const undo of [false, true]) {
  test(`the next backup is told that ${undo ? 'an undo' : 'a recovery'} is done before the journal ends`, async (t) => {
    const stage = await prepare(t, false);
    const control = new StandIn(stage.directory);
    const lines = () => readFileSync(`${stage.sandbox.root}/recover/${ID}/steps`, 'utf8');
    if (undo) await run(stage, control);
    const last = undo ? '"outcome":"undone"' : '"outcome":"recovered"';
    let isTold = false;
    const beforeEnd = (): void => {
      isTold = true;
      t.false(lines().includes(last), 'a kill now is no false alarm: the steps are done');
    };
    await run(stage, control, { undo, beforeEnd });
    t.true(isTold);
    t.true(lines().includes(last));
  });
}

for (const undo of [false, true]) {
  test(`a server that a person started after a kill is stopped again, and ${undo ? 'undone' : 'recovered'}; what it wrote is kept`, async (t) => {
    let starts = 0;
    for (let changes = 0; ; changes += 1) {
      const stage = await prepare(t, false);
      const { directory } = stage;
      const control = new StandIn(directory);
      const fileSystem = new KilledAfter(changes);
      const failure = await run(stage, control, { fileSystem }).catch((error: unknown) => error);
      if (!(failure instanceof Error)) break;
      const isEmpty = read(directory, 'dump.rdb') === null;
      if (!control.isRunning && isEmpty) {
        starts += 1;
        control.isRunning = true;
        await writeFile(path.join(directory, 'dump.rdb'), 'by hand');
        await run(stage, control, { undo, processId: 2 });
        if (undo) isAsBefore(t, stage, NEW);
        else isRecovered(t, stage);
        const kept = `${directory}.${undo ? 'recovered' : 'before-recover'}-${ID}`;
        t.true((await contentsBelow(kept)).includes('by hand'), `after ${changes} changes`);
        t.true(control.isRunning);
      }
      await rm(stage.sandbox.root, { recursive: true });
    }
    t.true(starts > 5, `${starts} starts`);
  });
}

async function contentsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(({ parentPath, name }) => readFile(path.join(parentPath, name), 'latin1')),
  );
}

function ours(directory: string): string[] {
  return new RealFileSystem()
    .list(pathFromText(directory))
    .filter((name) => name.startsWith('.redis-rewind'));
}

/** After so many changes no change is made any more, as after a kill. */
class KilledAfter extends RealFileSystem {
  #left: number;

  constructor(changes: number) {
    super();
    this.#left = changes;
  }

  #change(): void {
    if (this.#left === 0) throw new Error('killed');
    this.#left -= 1;
  }

  override write(...given: Parameters<FileSystem['write']>): void {
    this.#change();
    super.write(...given);
  }

  override makeDirectory(...given: Parameters<FileSystem['makeDirectory']>): void {
    this.#change();
    super.makeDirectory(...given);
  }

  override rename(...given: Parameters<FileSystem['rename']>): void {
    this.#change();
    super.rename(...given);
  }

  override unlink(...given: Parameters<FileSystem['unlink']>): void {
    this.#change();
    super.unlink(...given);
  }

  override removeDirectory(...given: Parameters<FileSystem['removeDirectory']>): void {
    this.#change();
    super.removeDirectory(...given);
  }

  override chmodOpen(...given: Parameters<FileSystem['chmodOpen']>): void {
    this.#change();
    super.chmodOpen(...given);
  }

  override chownOpen(...given: Parameters<FileSystem['chownOpen']>): void {
    this.#change();
    super.chownOpen(...given);
  }
}

test('a server that was started meanwhile stops the recovery, which says where things stand', async (t) => {
  const stage = await prepare(t, false);
  const control = new StandIn(stage.directory);
  control.stop = async () => undefined;
  const error = await t.throwsAsync(run(stage, control), { instanceOf: StoppedRecoveryError });
  t.is(error?.exitCode, 30);
  t.regex(
    error?.hint ?? '',
    /the server is stopped, and what was there is in '.*\.before-recover-/,
  );
  t.regex(error?.hint ?? '', /--undo/);
  isAsBefore(t, stage, 'of an hour ago');
});

test('a signal in the middle says where things stand and what to type', async (t) => {
  const stage = await prepare(t, false);
  const control = new StandIn(stage.directory);
  const stop = control.stop.bind(control);
  control.stop = async () => {
    await stop();
    throw new InterruptedError('SIGTERM');
  };
  const error = await t.throwsAsync(run(stage, control), { instanceOf: InterruptedError });
  t.is(error?.exitCode, 143);
  t.regex(
    error?.hint ?? '',
    /no file was moved, and the server may be stopped; to go on: recover AGAIN; .*: recover --undo$/,
  );
});

test('a backup that is refused stops the recovery before the server is stopped', async (t) => {
  const stage = await prepare(t, false);
  const control = new StandIn(stage.directory);
  control.keepPresent = async () => {
    throw new ServerError('failed', 'no space', { address: null, hint: 'free some' });
  };
  const error = await t.throwsAsync(run(stage, control), { instanceOf: StoppedRecoveryError });
  t.regex(error?.hint ?? '', /^free some; nothing was changed, and the server runs as before;/);
  t.true(control.isRunning);
  await readFile(path.join(stage.directory, 'dump.rdb'));
});
