// `recover --from`: a server is brought back to the snapshot of an archive, with a repository for what it holds now or without one.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createIdentity } from '../../support/archive/create-identity.js';
import { type CliResult, cliEnvironment, runCli, succeedCli } from '../../support/program/cli.js';
import { mainScript } from '../../support/program/project-paths.js';
import {
  type RecoverStage,
  journalOf,
  keysOf,
  killAtStep,
  prepareRecovery,
} from '../../support/redis/recover-stage.js';
import {
  type ChangedServer,
  changedServer,
  digestOf,
} from '../../support/redis/recovered-server.js';
import { withClient } from '../../support/redis/servers/unattended-server.js';

interface Archived {
  readonly archive: string;
  /** Opens it. */
  readonly keys: readonly string[];
}

/** A snapshot of the repository as an archive for a key. */
async function archived(
  { repository }: Pick<ChangedServer, 'repository'>,
  time = '#1',
): Promise<Archived> {
  const root = path.dirname(repository);
  const { identityFile, recipient } = await createIdentity(path.join(root, `key-${time.slice(1)}`));
  const archive = path.join(root, `archive-${time.slice(1)}.tar.zst.age`);
  await succeedCli(['export', '-r', time, '--recipient', recipient, repository, archive]);
  const keys = ['-i', identityFile];
  return { archive, keys };
}

function recoverFrom(
  { server }: Pick<RecoverStage, 'server'>,
  { archive, keys }: Archived,
  ...rest: readonly string[]
): Promise<CliResult> {
  const words = ['recover', '--from', archive, ...keys, '--yes', '-s', server.socket, ...rest];
  return runCli(words);
}

for (const [kind, lines] of [
  ['a dump', []],
  ['an append-only file', ['appendonly yes', 'save ""']],
] as const) {
  test(`${kind} comes back out of an archive, and what was there out of the repository`, async (t) => {
    const stage = await changedServer(t, lines);
    const { server, repository, recorded } = stage;
    const before = await digestOf(server);
    const place = await archived(stage);
    const planned = await recoverFrom(stage, place, repository, '--dry-run');
    t.is(planned.code, 0, planned.stderr);
    t.regex(planned.stdout, /to snapshot 1 of .* from '.*archive-1\.tar\.zst\.age'/);
    t.is(await digestOf(server), before);
    const done = await recoverFrom(stage, place, repository, '--json');
    t.is(done.code, 0, done.stderr);
    t.like(done.json(), {
      outcome: 'recovered',
      repository,
      archive: place.archive,
      presentSnapshot: 2,
    });
    t.is(await digestOf(server), recorded);
    const after = await runCli(['backup', '-s', server.socket, repository]);
    t.is(after.code, 0, after.stderr);
    const listed = await succeedCli(['list', '-v', repository]);
    t.regex(listed.stdout, /was brought back to snapshot 1 of an archive before this backup/);
    const undone = await runCli(['recover', '--undo', '--yes', repository, '-s', server.socket]);
    t.is(undone.code, 0, undone.stderr);
    t.is(await digestOf(server), before);
  });
}

/** Of root, or of this user; with no repository a journal is nowhere else. */
test('without a repository it needs --discard-present, and is undone without one', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server, repository } = stage;
  const place = await archived(stage);
  const snapshots = readdirSync(repository).length;
  // What was not saved is lost with --discard-present.
  await withClient(server, async (client) => client.save());
  // Not even the archive is read for that, nor a plan shown that promises a backup.
  const unread = { ...place, archive: path.join(repository, 'none') };
  for (const options of [[], ['--dry-run']]) {
    const refused = await recoverFrom(stage, unread, ...options);
    t.is(refused.code, 2, refused.stdout);
    t.regex(refused.stderr, /no repository is named.*\nhint: name one: .*--discard-present/);
  }
  t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  const done = await recoverFrom(stage, place, '--discard-present');
  t.is(done.code, 0, done.stderr);
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  const [, undo = ''] = /put it back with: redis-rewind (.*)/.exec(done.stdout) ?? [];
  t.is(undo, `recover --undo -s ${server.socket}`);
  const undone = await runCli([...undo.split(' '), '--yes']);
  t.is(undone.code, 0, undone.stderr);
  t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  t.is(readdirSync(repository).length, snapshots);
});

test('it comes through a pipe', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { archive, keys } = await archived(stage);
  const words = ['recover', '--from', '-', ...keys, '--yes', '-s', stage.server.socket];
  const child = spawn(process.execPath, [mainScript, ...words, '--discard-present'], {
    env: cliEnvironment(),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  createReadStream(archive).pipe(child.stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  t.is(code, 0);
  t.deepEqual(await keysOf(stage.server), ['a', 'b', 'c']);
});

test('a killed run goes on with the same archive alone', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server, repository } = stage;
  const place = await archived(stage);
  await succeedCli(['backup', '-s', server.socket, repository]);
  const other = await archived(stage, '#2');
  await killAtStep(stage, ['--from', place.archive, ...place.keys, '--yes'], 'place');
  const refused = await recoverFrom(stage, other, repository);
  t.is(refused.code, 2, refused.stdout);
  t.regex(
    refused.stderr,
    /begun with --from '.*archive-1.*', and has not ended\nhint: .*give that archive/,
  );
  const by = await runCli(['recover', '-r', '#1', '--yes', repository, '-s', server.socket]);
  t.is(by.code, 2, by.stdout);
  const done = await recoverFrom(stage, place, repository);
  t.is(done.code, 0, done.stderr);
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
});

test('an archive among the files of the server is refused before anything is changed', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { directory } = stage.server;
  const place = await archived(stage);
  const folder = path.join(directory, 'appendonlydir');
  mkdirSync(folder);
  for (const archive of [path.join(directory, 'dump.rdb'), path.join(folder, 'archive')]) {
    copyFileSync(place.archive, archive);
    const run = await recoverFrom(stage, { ...place, archive }, stage.repository);
    t.is(run.code, 2, run.stderr);
    t.regex(run.stderr, /the archive '.*' is where the server in '.*' has its data\nhint: move it/);
    t.deepEqual(await keysOf(stage.server), ['a', 'c', 'later']);
    t.is(journalOf(stage), '');
    t.deepEqual(readFileSync(archive), readFileSync(place.archive));
  }
});

/** @returns how the archive is spoiled */
function spoil(archive: string, at: number): void {
  const bytes = readFileSync(archive);
  const changed = (bytes[bytes.length - at] ?? 0) ^ 1;
  bytes[bytes.length - at] = changed;
  writeFileSync(archive, bytes);
}

async function isUntouched(
  t: ExecutionContext,
  stage: RecoverStage,
  run: CliResult,
): Promise<void> {
  t.deepEqual(await keysOf(stage.server), ['a', 'c', 'later']);
  t.false(existsSync(path.join(stage.repository, 'redis-rewind-data', 'recover')), run.stderr);
}

test('a damaged archive, a wrong key and a server that is away leave all as it is', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { repository } = stage;
  const place = await archived(stage);
  const other = await createIdentity(path.join(path.dirname(repository), 'other'));
  const closed = await recoverFrom(
    stage,
    { ...place, keys: ['-i', other.identityFile] },
    repository,
  );
  t.is(closed.code, 2, closed.stderr);
  await isUntouched(t, stage, closed);
  const none = path.join(path.dirname(repository), 'none');
  const words = ['recover', '--from', none, '--yes', '-p', '1', repository, ...place.keys];
  const nobody = await runCli(words);
  t.is(nobody.code, 30, nobody.stderr);
  await isUntouched(t, stage, nobody);
  spoil(place.archive, 1);
  const damaged = await recoverFrom(stage, place, repository);
  t.is(damaged.code, 20, damaged.stderr);
  await isUntouched(t, stage, damaged);
});

test('what --also kept is told of, with the command that gets it back', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server, repository } = stage;
  const root = path.dirname(repository);
  const configuration = path.join(root, 'kept.conf');
  writeFileSync(configuration, 'maxmemory 1gb\n');
  await succeedCli(['backup', '-s', server.socket, '--also', configuration, repository]);
  const { archive, keys } = await archived(stage, '#2');
  const words = ['recover', '--from', archive, ...keys, '-s', server.socket, repository];
  const planned = await runCli([...words, '--dry-run']);
  t.is(planned.code, 0, planned.stderr);
  const [, command = ''] = /get one back with: redis-rewind (.*) DEST/.exec(planned.stdout) ?? [];
  const to = path.join(root, 'back.conf');
  execFileSync('sh', ['-c', `"$0" "$1" ${command} "$2"`, process.execPath, mainScript, to]);
  t.is(readFileSync(to, 'utf8'), 'maxmemory 1gb\n');
});
