// Who supervises a server, by its process and by what systemd says of it.
import test from 'ava';

import {
  type SupervisionSearch,
  findSupervision,
} from '../../../src/redis/control/find-supervision.js';
import type { Supervision } from '../../../src/redis/control/supervision.js';
import { SystemError } from '../../../src/errors.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';

const UNIT = '0::/system.slice/redis-server.service\n';
const START = {
  program: pathFromText('/opt/no-such-folder/redis-server'),
  uid: 112,
  gid: 120,
  umask: 0o007,
};

interface Case {
  readonly controlGroups?: string;
  readonly parentId?: number;
  readonly args?: readonly string[] | null;
  readonly isContained?: boolean;
  readonly configuration?: string | null;
  /** What `systemctl show` prints; null where there is no systemctl. */
  readonly mainProcess?: string | null;
}

async function find(given: Case): Promise<Supervision> {
  const asked: string[] = [];
  const search: SupervisionSearch = {
    fileSystem: new RealFileSystem(),
    run: async (words) => {
      asked.push(words.join(' '));
      if (given.mainProcess === null) {
        const call = { operation: 'run', object: 'systemctl', path: null };
        throw new SystemError({ ...call, errno: 'ENOENT', reason: 'no such program' });
      }
      return { code: 0, output: given.mainProcess ?? '0' };
    },
    options: { timeoutMs: 1000, checkpoint: uninterrupted },
    server: {
      id: 4711,
      startTicks: '1',
      parentId: given.parentId ?? 1,
      name: 'redis-server',
      args: (given.args ?? null) as readonly BytePath[] | null,
      controlGroups: given.controlGroups ?? '0::/\n',
      isContained: given.isContained ?? false,
      ...START,
    },
    configuration:
      given.configuration === undefined || given.configuration === null
        ? null
        : pathFromText(given.configuration),
    initScripts: pathFromText('/nowhere'),
  };
  return findSupervision(search);
}

test('a unit whose main process the server is', async (t) => {
  const found = await find({ controlGroups: UNIT, mainProcess: '4711' });
  t.deepEqual(found, { kind: 'systemd', unit: 'redis-server.service' });
});

test('a unit of another main process is not stopped: a login may have started the server in it', async (t) => {
  const ssh = '0::/system.slice/ssh.service\n';
  t.is((await find({ controlGroups: ssh, mainProcess: '812' })).kind, 'none');
});

test('a supervisor that is a unit itself is named', async (t) => {
  const group = '0::/system.slice/supervisor.service\n';
  const found = await find({ controlGroups: group, mainProcess: '1', parentId: process.pid });
  t.is(found.kind, 'other');
  t.regex(found.kind === 'other' ? found.what : '', /\(process \d+\) of supervisor\.service$/);
});

test('without systemctl nothing is known of units', async (t) => {
  t.is((await find({ controlGroups: UNIT, mainProcess: null })).kind, 'none');
});

test('a server in a container is left to its engine', async (t) => {
  t.is((await find({ isContained: true })).kind, 'other');
  t.is((await find({ controlGroups: '0::/docker/0123\n' })).kind, 'other');
});

test('a unit of a user is not asked', async (t) => {
  const group = '0::/user.slice/user-7.slice/user@7.service/app.slice/redis.service\n';
  const found = await find({ controlGroups: group });
  t.deepEqual(found, { kind: 'other', what: 'the systemd of user 7 (redis.service)' });
});

test('the words with which a server was started are used again', async (t) => {
  const args = ['redis-server', '--port', '7000'];
  t.deepEqual(await find({ args, configuration: '/etc/redis.conf' }), {
    kind: 'none',
    start: { ...START, args },
  } as unknown as Supervision);
});

test('where a title has replaced the words, the configuration file is left of them', async (t) => {
  t.deepEqual(await find({ configuration: '/etc/redis.conf' }), {
    kind: 'none',
    start: { ...START, args: ['redis-server', '/etc/redis.conf'] },
  } as unknown as Supervision);
  t.deepEqual(await find({}), { kind: 'none', start: null });
});
