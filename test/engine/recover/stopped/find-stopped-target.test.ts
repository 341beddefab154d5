// What is found of a server that does not run: by its directory, by its configuration file, and who may say which directory
// that is.
import { chown, lchown, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { UsageError } from '../../../../src/errors.js';
import {
  type StoppedTarget,
  type StoppedTargetRequest,
  findStoppedTarget,
} from '../../../../src/engine/recover/target/find-stopped-target.js';
import {
  planAccess,
  readSaidSettings,
} from '../../../../src/engine/recover/stopped/stopped-settings.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { parseOwner } from '../../../../src/system/files/metadata/owners.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { asRoot } from '../../../support/program/as-root.js';
import { createTestContext } from '../../../support/program/run-context.js';

const USER = 4321;

interface Place {
  readonly root: string;
  readonly directory: string;
  readonly configuration: string;
}

/** @param lines of redis.conf; `DIR` is the directory */
async function prepare(
  t: ExecutionContext,
  lines: readonly string[] = ['dir DIR'],
): Promise<Place> {
  const root = await temporaryDirectory(t);
  const directory = path.join(root, 'data');
  const configuration = path.join(root, 'redis.conf');
  await mkdir(directory);
  if (process.geteuid?.() === 0) await chown(directory, USER, USER);
  await writeFile(configuration, `${lines.join('\n').replaceAll('DIR', directory)}\n`);
  return { root, directory, configuration };
}

type Named = Partial<Record<'directory' | 'configuration', string>>;

async function find(
  named: Named,
  others: Partial<StoppedTargetRequest> = {},
): Promise<StoppedTarget> {
  const toPath = (text: string | undefined) => (text === undefined ? null : pathFromText(text));
  return findStoppedTarget(
    {
      directory: toPath(named.directory),
      configuration: toPath(named.configuration),
      owner: null,
      commands: null,
      configurations: [],
      initScripts: pathFromText('/nowhere'),
      ...others,
    },
    createTestContext(),
  );
}

test('an empty directory: the settings of Redis, no server, its owner, and a command to type', async (t) => {
  const { directory } = await prepare(t);
  const { facts, owner, access, listens } = await find({ directory });
  t.like(facts, {
    directory: pathFromText(directory),
    names: [],
    running: null,
    configuration: null,
    settings: {
      dumpName: pathFromText('dump.rdb'),
      aofName: pathFromText('appendonly.aof'),
      isAofOn: false,
      knownFrom: 'directory',
    },
  });
  t.is(facts.supervision.kind, 'by-hand');
  const command = facts.supervision.kind === 'by-hand' ? facts.supervision.command : '';
  t.true(
    command.includes(`redis-server --dir ${directory} --dbfilename dump.rdb --appendonly no`),
    command,
  );
  const uid = process.geteuid?.() ?? 0;
  t.is(owner.uid, uid === 0 ? USER : uid);
  t.is(access, null);
  t.is(listens, null);
});

test('what stands in the directory says whether the AOF is on', async (t) => {
  const { directory } = await prepare(t);
  await mkdir(path.join(directory, 'appendonlydir'));
  t.true((await find({ directory })).facts.settings.isAofOn);
  const single = await prepare(t);
  await writeFile(path.join(single.directory, 'appendonly.aof'), '');
  t.true((await find({ directory: single.directory })).facts.settings.isAofOn);
});

test('a configuration file says everything: directory, names, AOF, where the server answers', async (t) => {
  const { directory, configuration } = await prepare(t, [
    'dir DIR',
    'dbfilename night.rdb',
    'appendonly yes',
    'appendfilename "my log.aof"',
    'appenddirname log',
    'port 7001',
    'bind 10.0.0.5 127.0.0.1',
    'requirepass "a b"',
  ]);
  const { facts, access } = await find({ configuration });
  t.is(facts.directory, pathFromText(directory));
  t.deepEqual(facts.settings, {
    dumpName: pathFromText('night.rdb'),
    aofName: pathFromText('my log.aof'),
    aofFolder: pathFromText('log'),
    isAofOn: true,
    knownFrom: 'file',
  });
  t.is(facts.configuration, pathFromText(configuration));
  t.deepEqual(access?.endpoint, { kind: 'tcp', host: '10.0.0.5', port: 7001 });
  t.is(access?.password?.reveal(), 'a b');
  const command = facts.supervision.kind === 'by-hand' ? facts.supervision.command : '';
  t.true(command.endsWith(`redis-server ${configuration}`), command);
});

test('the file of a directory is found in the usual places; of several, one must be named', async (t) => {
  const { root, directory, configuration } = await prepare(t, ['dir DIR', 'appendonly yes']);
  const copy = path.join(root, 'second.conf');
  const link = path.join(root, 'link.conf');
  await symlink(configuration, link);
  await writeFile(path.join(root, 'other.conf'), 'dir /nowhere\n');
  await writeFile(path.join(root, 'broken.conf'), 'dir "/unclosed\n');
  const places = [configuration, link, 'other.conf', 'broken.conf', '/nowhere.conf'].map((each) =>
    pathFromText(path.resolve(root, each)),
  );
  const { facts } = await find({ directory }, { configurations: places });
  t.like(facts.settings, { isAofOn: true, knownFrom: 'file' });
  await writeFile(copy, `dir ${directory}\n`);
  const error = await t.throwsAsync(
    find({ directory }, { configurations: [...places, pathFromText(copy)] }),
    { instanceOf: UsageError },
  );
  t.regex(error?.hint ?? '', /--redis-conf FILE/);
});

test('a file that names another directory, a relative one, or none at all is refused with a hint', async (t) => {
  const { root, configuration } = await prepare(t);
  const other = path.join(root, 'other');
  await mkdir(other);
  const differs = await t.throwsAsync(find({ directory: other, configuration }), {
    instanceOf: UsageError,
  });
  t.regex(differs?.message ?? '', /as the directory of the server, and not '.*other'$/);
  await writeFile(configuration, 'dir ./\n');
  const relative = await t.throwsAsync(find({ configuration }), { instanceOf: UsageError });
  t.is(relative?.hint, 'name it: --data-dir DIR');
  const missing = await t.throwsAsync(find({ directory: path.join(root, 'none') }), {
    instanceOf: UsageError,
  });
  t.regex(missing?.hint ?? '', /^make it .*install -d/);
});

asRoot('a directory of root is refused, and with --chown taken', async (t) => {
  const { directory } = await prepare(t);
  await chown(directory, 0, 0);
  const error = await t.throwsAsync(find({ directory }), { instanceOf: UsageError });
  t.regex(error?.hint ?? '', /--chown USER:GROUP/);
  const { owner } = await find({ directory }, { owner: parseOwner(`${USER}:${USER + 1}`) });
  t.deepEqual(owner, { uid: USER, gid: USER + 1 });
});

asRoot(
  "a file of the server's user may not name a directory of somebody else, such as /etc",
  async (t) => {
    const { root, directory, configuration } = await prepare(t);
    await chown(configuration, USER, USER);
    t.is((await find({ configuration })).facts.directory, pathFromText(directory));
    const foreign = path.join(root, 'etc');
    await mkdir(foreign);
    await writeFile(configuration, `dir ${foreign}\ndbfilename passwd\n`);
    const chowned = { owner: parseOwner(`${USER}:${USER}`) };
    const error = await t.throwsAsync(find({ configuration }, chowned), { instanceOf: UsageError });
    t.regex(error?.hint ?? '', /name the directory too: --data-dir/);
    // And nobody but root and the owner of the directory says what a server in it loads.
    await chown(directory, USER + 1, USER + 1);
    await writeFile(configuration, `dir ${directory}\nappendonly yes\n`);
    const places = { configurations: [pathFromText(configuration)] };
    t.is((await find({ directory }, places)).facts.settings.knownFrom, 'directory');
  },
);

asRoot(
  'a link of another user is followed to what is theirs, and not to a folder of root',
  async (t) => {
    const { root, directory } = await prepare(t);
    const theirs = path.join(root, 'theirs');
    await mkdir(theirs);
    await chown(theirs, USER, USER);
    for (const [name, target] of [
      ['good', directory],
      ['bad', root],
    ] as const) {
      await symlink(target, path.join(theirs, name));
      await lchown(path.join(theirs, name), USER, USER);
    }
    const { facts } = await find({ directory: path.join(theirs, 'good') });
    t.is(facts.directory, pathFromText(directory));
    await t.throwsAsync(find({ directory: path.join(theirs, 'bad') }), {
      instanceOf: UsageError,
      message: /is a symbolic link that another user can have made, and leads to/,
    });
    // Its configuration file may name it through the same link.
    const configuration = path.join(root, 'other.conf');
    await writeFile(configuration, `dir ${path.join(theirs, 'bad')}\n`);
    await t.throwsAsync(find({ configuration }), { instanceOf: UsageError });
  },
);

test('options beside the file win over it', (t) => {
  const words = ['--supervised', 'systemd', '--appendonly', 'yes', '--bind', '::1', '127.0.0.1'];
  const said = readSaidSettings(
    {
      directives: new Map([
        ['appendonly', ['no']],
        ['port', ['1']],
      ]),
      origins: new Map(),
      renamed: new Map(),
      savePoints: '',
    },
    words,
  );
  t.deepEqual(said('appendonly'), ['yes']);
  t.deepEqual(said('port'), ['1']);
  t.deepEqual(planAccess(said).endpoint, { kind: 'tcp', host: '::1', port: 1 });
});

test('where a server answers: its socket first, TLS where there is nothing else', (t) => {
  const access = (directives: Record<string, string[]>) =>
    planAccess((name) => directives[name] ?? null);
  t.deepEqual(access({}).endpoint, { kind: 'tcp', host: '127.0.0.1', port: 6379 });
  t.deepEqual(access({ unixsocket: ['/run/r.sock'], port: ['1'] }).endpoint, {
    kind: 'socket',
    path: '/run/r.sock',
  });
  const tls = access({
    port: ['0'],
    'tls-port': ['6380'],
    'tls-ca-cert-file': ['/ca.crt'],
    bind: ['*'],
  });
  t.deepEqual(tls.endpoint, { kind: 'tcp', host: '127.0.0.1', port: 6380 });
  t.is(tls.tls?.cacert, pathFromText('/ca.crt'));
});
