// A server before Redis 7, which keeps its AOF in a single file and does not count its rewrites. No such server is at
// hand, so one plays the part; the file that it writes is real.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { switchAof } from '../../../../src/engine/recover/aof/switch-aof.js';
import { RewindError } from '../../../../src/errors.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { createTestContext } from '../../../support/program/run-context.js';
import { startFakeProcess } from '../../../support/redis/servers/fake-process.js';
import { honestReply, startFakeServer } from '../../../support/redis/servers/fake-server.js';
import { serverRequest } from '../../../support/redis/server-request.js';

interface Part {
  /** How a rewrite ends. */
  readonly rewrite: 'well' | 'badly' | 'not at all' | 'without a file';
  /** Of the last rewrite before. */
  readonly status?: 'ok' | 'err';
  readonly usedMemory?: number;
}

interface OldServer {
  readonly port: number;
  readonly directory: string;
  readonly configuration: string;
  readonly isOn: () => boolean;
  readonly received: () => string[];
}

/** Redis 6.0: as CONFIG SET appendonly does it there (redis aof.c, startAppendOnly of 6.0). */
async function startOldServer(t: ExecutionContext, part: Part): Promise<OldServer> {
  const directory = await temporaryDirectory(t);
  const configuration = path.join(directory, 'redis.conf');
  await writeFile(configuration, `dir ${directory}\nappendonly no\n`);
  const process = await startFakeProcess(t, directory);
  const aof = path.join(directory, 'appendonly.aof');
  let isOn = false;
  let status = part.status ?? 'ok';
  let asksLeft = 0;
  const endRewrite = (): void => {
    status = part.rewrite === 'badly' ? 'err' : 'ok';
    if (part.rewrite !== 'well') return;
    writeFileSync(`${aof}.new`, 'REDIS0009 all the data');
    renameSync(`${aof}.new`, aof);
  };
  const switchOn = (): void => {
    isOn = true;
    asksLeft = 4;
    if (!existsSync(aof) && part.rewrite !== 'without a file') writeFileSync(aof, '');
  };
  const persistence = (): string[] => {
    if (asksLeft > 0 && part.rewrite !== 'not at all') {
      asksLeft -= 1;
      if (asksLeft === 0) endRewrite();
    }
    return [
      `aof_enabled:${isOn ? 1 : 0}`,
      'aof_rewrite_scheduled:0',
      `aof_rewrite_in_progress:${asksLeft > 0 ? 1 : 0}`,
      `aof_last_bgrewrite_status:${status}`,
    ];
  };
  const { port, received } = await startFakeServer(t, (words) => {
    const [name = '', what = '', setting = '', value = ''] = words;
    if (name === 'CONFIG' && what === 'SET') {
      if (value === 'yes') switchOn();
      else [isOn, asksLeft] = [false, 0];
      return '+OK\r\n';
    }
    if (name === 'CONFIG' && what === 'REWRITE') {
      return '-ERR The server is running without a config file\r\n';
    }
    if (name === 'CONFIG' && setting === 'appenddirname') return '*0\r\n';
    return honestReply(words, {
      settings: { dir: directory },
      info: {
        server: ['redis_version:6.0.20', ...process, `config_file:${configuration}`],
        persistence: name === 'INFO' && what === 'persistence' ? persistence() : [],
        memory: [`used_memory:${part.usedMemory ?? 1000}`],
      },
    });
  });
  return {
    port,
    directory,
    configuration,
    isOn: () => isOn,
    received: () => received.map((words) => words.join(' ')),
  };
}

function enable({ port }: OldServer, changes: { force?: boolean; waitTimeoutMs?: number } = {}) {
  const { force = false, waitTimeoutMs = 30_000 } = changes;
  const request = serverRequest(port, { waitTimeoutMs });
  return switchAof({ action: 'enable', serverRequest: request, force }, createTestContext());
}

async function failure(running: Promise<unknown>): Promise<RewindError> {
  const error: unknown = await running.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RewindError) return error;
  throw new Error(`no error of ours: ${String(error)}`);
}

test('the single file is waited for until another one has its place; the configuration is edited', async (t) => {
  const server = await startOldServer(t, { rewrite: 'well' });
  const report = await enable(server);
  t.like(report, { wasOn: false, isOn: true, proof: 'files', survives: true, keptBy: 'edit' });
  t.deepEqual(report.files, [path.join(server.directory, 'appendonly.aof')]);
  t.is(readFileSync(report.files[0] ?? '', 'utf8'), 'REDIS0009 all the data');
  t.is(readFileSync(server.configuration, 'utf8'), `dir ${server.directory}\nappendonly yes\n`);
  const before = server.received().length;
  const again = await enable(server);
  t.like(again, { wasOn: true, isOn: true, proof: 'files', keptBy: 'file' });
  const later = server.received().slice(before);
  t.deepEqual(
    later.filter((line) => /SET|REWRITE/.test(line)),
    [],
  );
});

test('an old file that stays does not count as the new one', async (t) => {
  const server = await startOldServer(t, { rewrite: 'without a file' });
  writeFileSync(path.join(server.directory, 'appendonly.aof'), 'old data');
  const error = await failure(enable(server));
  t.is(error.exitCode, 30);
  t.regex(
    error.message,
    /says that its AOF is on and written, but there is none at '.*\/appendonly\.aof', or only an old one$/,
  );
  t.regex(
    error.hint ?? '',
    /the AOF is on until Redis starts again; it is not in the configuration yet/,
  );
  t.is(readFileSync(server.configuration, 'utf8'), `dir ${server.directory}\nappendonly no\n`);
});

for (const status of ['ok', 'err'] as const) {
  test(`a rewrite that fails, with ${status} before: the AOF is off again`, async (t) => {
    const server = await startOldServer(t, { rewrite: 'badly', status });
    const error = await failure(enable(server));
    t.is(error.exitCode, 30);
    t.regex(error.message, /could not write its AOF$/);
    t.regex(error.hint ?? '', /^read the log .*; the AOF is off again, as it was before$/);
    t.false(server.isOn());
    t.is(readFileSync(server.configuration, 'utf8'), `dir ${server.directory}\nappendonly no\n`);
  });
}

test('a rewrite that does not end in time goes on, and the next run may wait for it', async (t) => {
  const server = await startOldServer(t, { rewrite: 'not at all' });
  const error = await failure(enable(server, { waitTimeoutMs: 1000 }));
  t.is(error.exitCode, 30);
  t.regex(error.message, /is still writing its AOF$/);
  t.regex(
    error.hint ?? '',
    /^raise --wait-timeout to wait longer; the AOF may be on, and Redis goes on/,
  );
  t.true(server.isOn());
});

test('without the room for an AOF nothing is changed, unless it is forced', async (t) => {
  const server = await startOldServer(t, { rewrite: 'well', usedMemory: 2 ** 52 });
  const error = await failure(enable(server));
  t.is(error.code, 'NO_SPACE');
  t.regex(error.message, /^not enough space for an AOF in '.*': about 4\.0 PiB are needed/);
  t.deepEqual(
    server.received().filter((line) => /SET/.test(line)),
    [],
  );
  t.true((await enable(server, { force: true })).isOn);
});
