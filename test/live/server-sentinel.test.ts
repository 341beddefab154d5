// A server that is found by asking Sentinels: the primary, also after a failover, or a replica; and every
// way in which they are of no help.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { runCli } from '../support/cli.js';
import { type LivePlace, createLivePlace } from '../support/live-place.js';
import { type Sentinel, startSentinel, untilReplicas } from '../support/sentinel.js';
import type { TeardownContext } from '../support/temporary-directory.js';

const NAME = 'mymaster';

interface Watched {
  readonly primary: LivePlace;
  readonly replica: LivePlace;
  readonly sentinel: Sentinel;
}

/** A primary that persists, a replica of it, and a Sentinel that knows both. */
async function createWatched(t: TeardownContext): Promise<Watched> {
  const settings = { 'repl-diskless-sync-delay': '0' };
  const primary = await createLivePlace(t, { save: '3600 1', settings });
  const replica = await createLivePlace(t, { save: '3600 1', settings });
  await replica.server.client.replicaof('127.0.0.1', primary.server.port);
  const sentinel = await startSentinel(t, { watched: { [NAME]: primary.server.port } });
  await untilReplicas(sentinel, NAME, 1);
  return { primary, replica, sentinel };
}

function sentinelAt(port: number, ...options: string[]): string[] {
  return ['--sentinel', `127.0.0.1:${port}`, ...options];
}

async function backUp(repository: string, ...options: string[]) {
  const { code, stdout, stderr } = await runCli(['backup', '--json', ...options, repository]);
  return { code, stderr, report: code === 0 ? JSON.parse(stdout) : null };
}

test('the primary is found, a replica where that is preferred, and the new primary after a failover', async (t) => {
  const { primary, replica, sentinel } = await createWatched(t);
  const { repository } = primary.place;
  const first = await backUp(repository, ...sentinelAt(sentinel.port));
  t.is(first.code, 0, first.stderr);
  t.is(first.report.snapshot.server.role, 'primary');
  t.is(first.report.snapshot.source, primary.place.source);
  const second = await backUp(
    replica.place.repository,
    ...sentinelAt(sentinel.port, '--master', NAME, '--prefer', 'replica'),
  );
  t.is(second.code, 0, second.stderr);
  t.is(second.report.snapshot.server.role, 'replica');
  t.is(second.report.snapshot.source, replica.place.source);
  await primary.server.kill();
  // Asked at once: the failover has not begun, and is waited for.
  const third = await backUp(replica.place.repository, ...sentinelAt(sentinel.port));
  t.is(third.code, 0, third.stderr);
  t.is(third.report.snapshot.server.role, 'primary');
  t.is(third.report.snapshot.source, replica.place.source);
});

test('where no replica follows, the primary is backed up and that is said', async (t) => {
  const { server, place } = await createLivePlace(t, { save: '3600 1' });
  const sentinel = await startSentinel(t, { watched: { [NAME]: server.port } });
  const { code, stderr, report } = await backUp(
    place.repository,
    ...sentinelAt(sentinel.port, '--prefer', 'replica'),
  );
  t.is(code, 0, stderr);
  t.is(report.snapshot.server.role, 'primary');
  t.true(report.notes.some(({ kind }: { kind: string }) => kind === 'no-replica'));
});

test('a Sentinel that is gone is passed over; where none is left, all are named', async (t) => {
  const { server, place } = await createLivePlace(t, { save: '3600 1' });
  const gone = await startSentinel(t, { watched: { [NAME]: server.port } });
  await gone.kill();
  const there = await startSentinel(t, { watched: { [NAME]: server.port } });
  const list = `127.0.0.1:${gone.port},127.0.0.1:${there.port}`;
  t.is((await backUp(place.repository, '--sentinel', list)).code, 0);
  await there.kill();
  const { code, stderr } = await runCli(['backup', '--sentinel', list, place.repository]);
  t.is(code, 30);
  t.is(
    stderr.split('\n')[0],
    `redis-rewind: no Sentinel knows the server: 127.0.0.1:${gone.port} is not there: connection refused; ` +
      `127.0.0.1:${there.port} is not there: connection refused`,
  );
});

test('a primary that is gone and not replaced is waited for, and no longer than it may be', async (t) => {
  const { server, place } = await createLivePlace(t, { save: '3600 1' });
  const sentinel = await startSentinel(t, { watched: { [NAME]: server.port } });
  await server.kill();
  const options = sentinelAt(sentinel.port, '--wait-timeout', '1');
  const { code, stderr } = await runCli(['backup', ...options, place.repository]);
  t.is(code, 30);
  t.regex(stderr, new RegExp(`Redis at 127.0.0.1:${server.port} is not there`));
});

test('names: unknown, missing where there are several, and of no Sentinel at all', async (t) => {
  const { server, place } = await createLivePlace(t, { save: '3600 1' });
  const sentinel = await startSentinel(t, { watched: { one: server.port, two: server.port } });
  const run = async (...options: string[]) => {
    const { code, stderr } = await runCli(['backup', ...options, place.repository]);
    return { code, stderr };
  };
  const unknown = await run(...sentinelAt(sentinel.port, '--master', 'three'));
  t.is(unknown.code, 30);
  t.regex(unknown.stderr, /watches no primary called 'three', but one, two\nhint: --master NAME/);
  const missing = await run(...sentinelAt(sentinel.port));
  t.is(missing.code, 2);
  t.regex(missing.stderr, /watches several primaries: one, two\nhint: --master NAME/);
  t.is((await run(...sentinelAt(sentinel.port, '--master', 'two'))).code, 0);
  const server30 = await run(...sentinelAt(server.port));
  t.is(server30.code, 30);
  t.regex(server30.stderr, /is a server, and no Sentinel\nhint: name it with -h and -p/);
});

test("a Sentinel's password is its own, and neither is shown", async (t) => {
  const { server, place } = await createLivePlace(t, { save: '3600 1' });
  const sentinel = await startSentinel(t, {
    watched: { [NAME]: server.port },
    password: 'of-the-sentinel',
  });
  await server.client.config('SET', 'requirepass', 'of-the-server');
  const file = async (name: string, text: string): Promise<string> => {
    const target = path.join(place.root, name);
    await writeFile(target, `${text}\n`);
    return target;
  };
  const ofSentinel = await file('sentinel.pass', 'of-the-sentinel');
  const ofServer = await file('server.pass', 'of-the-server');
  const run = async (...options: string[]) => {
    const line = ['backup', ...sentinelAt(sentinel.port), ...options, place.repository];
    const { code, stdout, stderr } = await runCli(line);
    t.notRegex(stdout + stderr, /of-the-server|of-the-sentinel/);
    return { code, stderr };
  };
  const none = await run('--pass-file', ofServer);
  t.is(none.code, 30);
  t.regex(none.stderr, /wants a password\nhint: --sentinel-pass-file FILE/);
  const wrong = await run('--sentinel-pass-file', ofServer, '--pass-file', ofServer);
  t.is(wrong.code, 30);
  t.regex(wrong.stderr, /refuses the password/);
  const half = await run('--sentinel-pass-file', ofSentinel);
  t.is(half.code, 30);
  t.regex(half.stderr, /wants a password\nhint: put it into the variable REDISCLI_AUTH/);
  const both = await run('--sentinel-pass-file', ofSentinel, '--pass-file', ofServer);
  t.is(both.code, 0, both.stderr);
});
