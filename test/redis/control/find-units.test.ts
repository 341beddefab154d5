// The units of systemd that start a server with a configuration file, by their files and by what systemctl says.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { ServerError, SystemError } from '../../../src/errors.js';
import { findStoppedSupervision } from '../../../src/redis/control/find-stopped-supervision.js';
import { type ServerUnit, findUnits, parseUnit } from '../../../src/redis/control/find-units.js';
import { findServerProgram } from '../../../src/redis/control/server-program.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const fileSystem = new RealFileSystem();
const options = { timeoutMs: 1000, checkpoint: uninterrupted };

/** As systemd 252 prints it. */
function shown(id: string, command: string, mainProcess = 0): string {
  const [program = ''] = command.split(' ');
  return [
    `ExecStart={ path=${program} ; argv[]=${command} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
    `MainPID=${mainProcess}`,
    `Id=${id}`,
  ].join('\n');
}

const CONFIGURATION = pathFromText('/etc/redis/redis.conf');
const DEBIAN = '/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no';

function parse(text: string): ServerUnit | null {
  return parseUnit(text, (found) => found === CONFIGURATION);
}

test('the unit of Debian is one, with its options and its main process', (t) => {
  t.deepEqual(parse(shown('redis-server.service', DEBIAN, 812)), {
    name: 'redis-server.service',
    program: pathFromText('/usr/bin/redis-server'),
    options: ['--supervised', 'systemd', '--daemonize', 'no'],
    mainProcess: 812,
  });
  t.is(parse(shown('redis-server.service', DEBIAN))?.mainProcess, null);
});

test('a unit of another file, and one without a command, is none', (t) => {
  t.is(parse(shown('a.service', '/usr/bin/redis-server /etc/redis/other.conf')), null);
  t.is(parse('Id=a.service\nMainPID=0\nExecStart=\n'), null);
  t.is(parse(''), null);
});

interface Systemd {
  /** Unit files by their names. */
  readonly files: Readonly<Record<string, string>>;
  /** What `systemctl show` prints of a unit. */
  readonly units: Readonly<Record<string, string>>;
}

async function find(t: ExecutionContext, { files, units }: Systemd, configuration = CONFIGURATION) {
  const folder = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const asked: string[] = [];
  const run = async (words: readonly string[]) => {
    const last = words.at(-1) ?? '';
    if (words.includes('--property=UnitPath')) return { code: 0, output: `/nowhere ${folder}` };
    asked.push(last);
    return { code: units[last] === undefined ? 1 : 0, output: units[last] ?? 'no such unit' };
  };
  const found = await findUnits({ fileSystem, run, options }, configuration);
  return { found: found.map(({ name }) => name), asked };
}

test('a unit is found by its file, and by a drop-in', async (t) => {
  const unit = `[Service]\nExecStart=${DEBIAN}\n`;
  const systemd = {
    files: {
      'redis-server.service': unit,
      'cache.service.d/override.conf':
        '[Service]\nExecStart=\nExecStart=/opt/redis /etc/redis/redis.conf\n',
      'cron.service': '[Service]\nExecStart=/usr/sbin/cron -f\n',
    },
    units: { 'redis-server.service': shown('redis-server.service', DEBIAN) },
  };
  const { found, asked } = await find(t, systemd);
  t.deepEqual(found, ['redis-server.service']);
  t.deepEqual(asked.toSorted(), ['cache.service', 'redis-server.service']);
});

test('an instance of a template is found by the name of its file', async (t) => {
  const systemd = {
    files: {
      'redis-server@.service':
        '[Service]\nExecStart=/usr/bin/redis-server /etc/redis/redis-%i.conf\n',
    },
    units: {
      'redis-server@night.service': shown(
        'redis-server@night.service',
        '/usr/bin/redis-server /etc/redis/redis-night.conf',
      ),
    },
  };
  const { found } = await find(t, systemd, pathFromText('/etc/redis/redis-night.conf'));
  t.deepEqual(found, ['redis-server@night.service']);
});

test('another name of the same unit does not count twice', async (t) => {
  const unit = `[Service]\nExecStart=${DEBIAN}\n`;
  const text = shown('redis-server.service', DEBIAN);
  const systemd = {
    files: { 'redis-server.service': unit, 'redis.service': unit },
    units: { 'redis-server.service': text, 'redis.service': text },
  };
  t.deepEqual((await find(t, systemd)).found, ['redis-server.service']);
});

test('without systemctl, or where systemd does not run, there are no units, and the script is found', async (t) => {
  const root = await temporaryDirectory(t);
  await writeFile(
    path.join(root, 'redis-server'),
    'DAEMON=/usr/bin/redis-server\nDAEMON_ARGS=/etc/redis/redis.conf\n',
  );
  await writeFile(
    path.join(root, 'redis_6380'),
    'REDISPORT=6380\nEXEC=/usr/local/bin/redis-server\nCONF="/etc/redis/${REDISPORT}.conf"\n',
  );
  const missing = async () => {
    const call = { operation: 'run', object: 'systemctl', path: null };
    throw new SystemError({ ...call, errno: 'ENOENT', reason: 'no such program' });
  };
  const noBus = async () => ({ code: 1, output: 'Failed to connect to bus: Host is down' });
  for (const run of [missing, noBus]) {
    const search = { fileSystem, run, options };
    t.deepEqual(await findStoppedSupervision(search, CONFIGURATION, pathFromText(root)), {
      supervision: { kind: 'service', name: 'redis-server' },
      program: pathFromText('/usr/bin/redis-server'),
      options: [],
    });
    const other = pathFromText('/etc/redis/6380.conf');
    const found = await findStoppedSupervision(search, other, pathFromText(root));
    t.deepEqual(found.supervision, { kind: 'service', name: 'redis_6380' });
  }
  await symlink('redis-server', path.join(root, 'redis-second'));
  const both = await findStoppedSupervision(
    { fileSystem, run: noBus, options },
    CONFIGURATION,
    pathFromText(root),
  );
  t.deepEqual(both.supervision, { kind: 'other', what: 'one of redis-second, redis-server' });
});

test('the program that would be started says its version', async (t) => {
  const answers: Record<string, string> = {
    'redis-server':
      'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=e08dbad3e06f3fb',
    '/opt/valkey-server': 'Valkey server v=8.1.4 sha=00000000:0 malloc=libc bits=64 build=1',
    '/opt/wrapper': 'hello',
  };
  const run = async ([name]: readonly [string, ...string[]]) => {
    const output = answers[name];
    if (output !== undefined) return { code: 0, output };
    const call = { operation: 'run', object: name, path: null };
    throw new SystemError({ ...call, errno: 'ENOENT', reason: 'no such program' });
  };
  const ask = async (program: string | null) =>
    findServerProgram({ run, options }, program === null ? null : pathFromText(program));
  t.deepEqual(await ask(null), {
    name: 'redis-server',
    version: { product: 'redis', major: 7, minor: 0 },
  });
  t.deepEqual((await ask('/opt/valkey-server'))?.version, {
    product: 'valkey',
    major: 8,
    minor: 1,
  });
  t.deepEqual(await ask('/opt/wrapper'), { name: '/opt/wrapper', version: null });
  t.is(await ask('/opt/none'), null);
  const killed = async () => ({ code: 137, output: '' });
  await t.throwsAsync(findServerProgram({ run: killed, options }, null), {
    instanceOf: ServerError,
    message: "'redis-server --version' ended with exit code 137",
  });
});
