// A server that puts another folder in the place of its directory while it is backed up. What is read and
// deleted stays in the directory that was opened at first.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isThere } from '../../support/files/is-there.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli } from '../../support/program/cli.js';
import { honestReply, startFakeServer } from '../../support/redis/servers/fake-server.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { checkRefusal } from '../../support/redis/refused-backup.js';

/** Without a time in it, a dump could be of any moment. */
const DUMP = writeRdb([]);

interface Attack {
  readonly root: string;
  /** The server's directory. */
  readonly data: string;
  /** A folder of somebody else, with a file `dump.rdb` that the server may not touch. */
  readonly victim: string;
  readonly precious: string;
}

async function createAttack(t: ExecutionContext): Promise<Attack> {
  const root = await temporaryDirectory(t);
  const [data, victim] = [path.join(root, 'data'), path.join(root, 'victim')];
  mkdirSync(data);
  mkdirSync(victim);
  const precious = path.join(victim, 'dump.rdb');
  writeFileSync(precious, DUMP);
  return { root, data, victim, precious };
}

/** Backs up a server that persists nothing, and does `onSave` when it is asked to save. */
async function backUp(t: ExecutionContext, { root, data }: Attack, onSave: () => void) {
  const settings = { dir: data, save: '' };
  let saves = 0;
  const { port } = await startFakeServer(t, (words) =>
    honestReply(words, {
      settings,
      info: { persistence: [`rdb_last_save_time:${saves}`] },
      onSave: () => {
        saves += 1;
        onSave();
      },
    }),
  );
  return runCli(['backup', '--json', '-p', String(port), path.join(root, 'repository')]);
}

test('a directory that becomes a link when the server is asked to save: nothing is read or deleted where it leads', async (t) => {
  const attack = await createAttack(t);
  const { root, data, victim, precious } = attack;
  const result = await backUp(t, attack, () => {
    renameSync(data, path.join(root, 'aside'));
    symlinkSync(victim, data);
  });
  checkRefusal(t, result, { message: /has saved, but not to '.*\/data\/dump\.rdb'$/ });
  t.deepEqual(readFileSync(precious), DUMP);
});

test('a directory that is moved while the server saves is still the one that is read and tidied', async (t) => {
  const attack = await createAttack(t);
  const { root, data, victim, precious } = attack;
  const aside = path.join(root, 'aside');
  const result = await backUp(t, attack, () => {
    writeFileSync(path.join(data, 'dump.rdb'), DUMP);
    renameSync(data, aside);
    symlinkSync(victim, data);
  });
  t.is(result.code, 0, result.stderr);
  t.deepEqual(readFileSync(path.join(root, 'repository', 'dump.rdb')), DUMP);
  t.deepEqual(readFileSync(precious), DUMP);
  t.false(isThere(path.join(aside, 'dump.rdb')), 'the dump of the backup');
});

test('a dump that is a link, a folder or a pipe is none', async (t) => {
  const plants = [
    symlinkSync,
    (_: string, at: string) => mkdirSync(at),
    (_: string, at: string) => execFileSync('mkfifo', [at]),
  ];
  for (const plant of plants) {
    const attack = await createAttack(t);
    const { data, precious } = attack;
    const result = await backUp(t, attack, () => plant(precious, path.join(data, 'dump.rdb')));
    checkRefusal(t, result, { message: /has saved, but not to '.*\/data\/dump\.rdb'$/ });
    t.deepEqual(readFileSync(precious), DUMP);
  }
});

test('an AOF that is reached through a link is none, nor is one that is a folder or a pipe', async (t) => {
  const makeFifo = (at: string): unknown => execFileSync('mkfifo', [at]);
  const manifest = 'file secret seq 1 type i\n';
  for (const { isMultiPart, plant } of [
    {
      isMultiPart: true,
      plant: ({ data, victim }: Attack): void => {
        writeFileSync(path.join(victim, 'appendonly.aof.manifest'), manifest);
        writeFileSync(path.join(victim, 'secret'), 'secret');
        symlinkSync(victim, path.join(data, 'appendonlydir'));
      },
    },
    {
      isMultiPart: true,
      plant: ({ data, victim }: Attack): void => {
        const folder = path.join(data, 'appendonlydir');
        mkdirSync(folder);
        writeFileSync(path.join(folder, 'appendonly.aof.manifest'), manifest);
        writeFileSync(path.join(victim, 'secret'), 'secret');
        symlinkSync(path.join(victim, 'secret'), path.join(folder, 'secret'));
      },
    },
    {
      isMultiPart: false,
      plant: ({ data }: Attack) => mkdirSync(path.join(data, 'appendonly.aof')),
    },
    {
      isMultiPart: false,
      plant: ({ data }: Attack) => makeFifo(path.join(data, 'appendonly.aof')),
    },
  ]) {
    const attack = await createAttack(t);
    const { root, data } = attack;
    plant(attack);
    writeFileSync(path.join(data, 'dump.rdb'), 'old');
    const { port } = await startFakeServer(t, (words) =>
      words[2] === 'appenddirname' && !isMultiPart
        ? '*0\r\n'
        : honestReply(words, {
            settings: { dir: data },
            info: { persistence: ['aof_enabled:1'] },
            onSave: () => writeFileSync(path.join(data, 'dump.rdb'), DUMP),
          }),
    );
    const repository = path.join(root, 'repository');
    const result = await runCli(['backup', '--json', '-p', String(port), repository]);
    checkRefusal(t, result, {
      message: /could not be captured|has an AOF, but .* is missing, or not a file/,
    });
    t.false(isThere(repository), 'repository');
  }
});

/** A process of another user that looks like a server at work in `directory`. */
async function startImpostor(t: ExecutionContext, root: string, directory: string) {
  const program = path.join(root, 'redis-server');
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o755);
  const child = spawn(program, ['300'], { cwd: directory, uid: NOBODY, gid: NOBODY });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child.pid ?? 0;
}

const NOBODY = 65_534;

asRoot(
  'a directory that only the server has named is not read where it belongs to another user',
  async (t) => {
    const { root, victim } = await createAttack(t);
    writeFileSync(path.join(victim, 'shadow'), 'root:secret', { mode: 0o600 });
    const processId = await startImpostor(t, root, victim);
    const repository = path.join(root, 'repository');
    // Servers whose AOF is one file: with a dump before the backup, and with one that they claim to have made.
    for (const [proof, message] of [
      [
        [`process_id:${processId}`, 'uptime_in_seconds:0'],
        /belongs to user 0, and Redis at .* runs as user 65534$/,
      ],
      [[], /nothing shows that '.*victim' is the directory of Redis/],
    ] as const) {
      const { port } = await startFakeServer(t, (words) =>
        words[2] === 'appenddirname'
          ? '*0\r\n'
          : honestReply(words, {
              settings: { dir: victim, save: '', appendfilename: 'shadow' },
              info: {
                server: proof,
                persistence: [
                  'aof_enabled:1',
                  `rdb_last_save_time:${Math.floor(statSync(path.join(victim, 'dump.rdb')).mtimeMs / 1000)}`,
                ],
              },
            }),
      );
      const result = await runCli(['backup', '--json', '-p', String(port), repository]);
      checkRefusal(t, result, { message });
      t.false(isThere(repository), 'repository');
    }
  },
);

asRoot(
  'a dump that appears in a directory of another user does not make it the server’s',
  async (t) => {
    const attack = await createAttack(t);
    const { data } = attack;
    chmodSync(data, 0o1777);
    const result = await backUp(t, attack, () => {
      writeFileSync(path.join(data, 'dump.rdb'), DUMP);
      chownSync(path.join(data, 'dump.rdb'), NOBODY, NOBODY);
    });
    checkRefusal(t, result, {
      message: /belongs to user 0, and Redis at .* runs as user 65534$/,
      hint: /name the directory/,
    });
    t.false(isThere(path.join(data, 'dump.rdb')), 'the dump of the backup');
  },
);

asRoot('a file that changes while a server says that it saves is no dump of it', async (t) => {
  const attack = await createAttack(t);
  // As a server could name '/root' its directory, and '.bash_history' its dump.
  const file = path.join(attack.data, 'dump.rdb');
  writeFileSync(file, 'no dump');
  const result = await backUp(t, attack, () => {
    writeFileSync(file, 'no dump, and longer');
  });
  checkRefusal(t, result, { message: /^nothing shows that '.*\/data' is the directory of Redis/ });
  t.false(isThere(path.join(attack.root, 'repository/dump.rdb')));
});
