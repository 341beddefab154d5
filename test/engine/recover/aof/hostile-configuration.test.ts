// A server names whatever it likes as its configuration file. Root edits only what belongs to the user of the server,
// or what a person has named.
import { chmod, chown, link, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { switchAof } from '../../../../src/engine/recover/aof/switch-aof.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { asRoot } from '../../../support/program/as-root.js';
import { createTestContext } from '../../../support/program/run-context.js';
import { startFakeProcess } from '../../../support/redis/servers/fake-process.js';
import { honestReply, startFakeServer } from '../../../support/redis/servers/fake-server.js';
import { serverRequest } from '../../../support/redis/server-request.js';

const ATTACKER = { uid: 12_345, gid: 12_345 };
const SECRET = 'root:secret:1:0:99999:7:::\n';

interface Trap {
  /** A folder of the attacker, which is the server's directory. */
  readonly theirs: string;
  /** A file of root's in a folder of root's. */
  readonly victim: string;
}

/** Sets the trap, and has the AOF switched off by a server that names `named` as its file. */
async function run(t: ExecutionContext, set: (trap: Trap) => Promise<string>) {
  const root = await temporaryDirectory(t);
  const trap = { theirs: path.join(root, 'theirs'), victim: path.join(root, 'root/shadow') };
  await mkdir(trap.theirs);
  await mkdir(path.dirname(trap.victim));
  await writeFile(trap.victim, SECRET);
  await chmod(trap.victim, 0o600);
  await chown(trap.theirs, ATTACKER.uid, ATTACKER.gid);
  const named = await set(trap);
  const process = await startFakeProcess(t, trap.theirs, ATTACKER);
  const { port } = await startFakeServer(t, (words) => {
    if (words[1] === 'REWRITE') return '-ERR Rewriting config file: Permission denied\r\n';
    return honestReply(words, {
      settings: { dir: trap.theirs },
      info: {
        server: [...process, `config_file:${named}`],
        persistence: ['aof_enabled:1', 'aof_last_bgrewrite_status:ok'],
      },
    });
  });
  await mkdir(path.join(trap.theirs, 'appendonlydir'));
  const folder = path.join(trap.theirs, 'appendonlydir');
  const manifest = 'file a.base.rdb seq 1 type b\nfile a.incr.aof seq 1 type i\n';
  await writeFile(path.join(folder, 'appendonly.aof.manifest'), manifest);
  await writeFile(path.join(folder, 'a.base.rdb'), '');
  await writeFile(path.join(folder, 'a.incr.aof'), '');
  const serverRequestOfTest = serverRequest(port);
  const report = await switchAof(
    { action: 'enable', serverRequest: serverRequestOfTest, force: false },
    createTestContext(),
  );
  return { trap, named, report };
}

const TRAPS: [what: string, set: (trap: Trap) => Promise<string>][] = [
  ["a file of root's", async ({ victim }) => victim],
  [
    'a link to it',
    async ({ theirs, victim }) => {
      await symlink(victim, path.join(theirs, 'redis.conf'));
      return path.join(theirs, 'redis.conf');
    },
  ],
  [
    'a hard link to it',
    async ({ theirs, victim }) => {
      await link(victim, path.join(theirs, 'redis.conf'));
      return path.join(theirs, 'redis.conf');
    },
  ],
  [
    'a folder that is a link',
    async ({ theirs, victim }) => {
      await symlink(path.dirname(victim), path.join(theirs, 'etc'));
      return path.join(theirs, 'etc/shadow');
    },
  ],
  ['a device', async () => '/dev/zero'],
  ['a folder', async ({ theirs }) => theirs],
  ['what is not there', async ({ theirs }) => path.join(theirs, 'none')],
];

for (const [what, set] of TRAPS) {
  asRoot(`${what} is not edited, and nothing of it is shown`, async (t) => {
    const { trap, report } = await run(t, set);
    t.is(await readFile(trap.victim, 'utf8'), SECRET);
    t.like(report, { survives: false, keptBy: null });
    t.deepEqual(
      report.notes.map(({ kind }) => kind),
      ['not-permanent'],
    );
    t.false(JSON.stringify(report).includes('secret'));
  });
}

asRoot('a file of the user of the server is edited, and stays theirs', async (t) => {
  const { named, report } = await run(t, async ({ theirs }) => {
    const file = path.join(theirs, 'redis.conf');
    await writeFile(`${file}.new`, 'appendonly no\n');
    await chown(`${file}.new`, ATTACKER.uid, ATTACKER.gid);
    await rename(`${file}.new`, file);
    return file;
  });
  t.like(report, { survives: true, keptBy: 'edit' });
  t.is(await readFile(named, 'utf8'), 'appendonly yes\n');
});
