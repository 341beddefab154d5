// Debian's age, zstd and tar read what export writes, and restore --from reads what they write. Passphrases are typed at a
// terminal, because stock age takes them from nowhere else.
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { readTree, treeDifferences, withoutOurs } from '../support/files/directory-tree.js';
import { parsePath, pathToBytes } from '../../src/system/files/byte-path.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { openTerminal } from '../support/program/terminal.js';
import { until } from '../support/program/until.js';
import { flipped } from '../support/damage/damage.js';
import { recordNights } from '../support/sandbox/four-nights.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

const run = promisify(execFile);

async function bash(line: string, cwd: string): Promise<string> {
  return (await run('bash', ['-c', `set -euo pipefail; ${line}`], { cwd })).stdout;
}

/** Some nights, and keys of every kind beside them. */
async function createRoom(t: Parameters<typeof recordNights>[0]): Promise<Sandbox> {
  const sandbox = await recordNights(t, 2);
  await bash(
    `age-keygen -o key.txt 2> /dev/null; age-keygen -y key.txt > recipient
     ssh-keygen -q -t ed25519 -N '' -f ed; ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
     echo 'correct horse battery staple' > phrase`,
    sandbox.root,
  );
  return sandbox;
}

test('age, zstd and tar bring back everything, with owners, modes and times', async (t) => {
  const sandbox = await createRoom(t);
  const recipient = (await readFile(sandbox.at('recipient'), 'utf8')).trim();
  await succeedCli(['export', '--recipient', recipient, sandbox.repository, sandbox.at('a.age')]);
  await mkdir(sandbox.at('out'));
  await bash('age -d -i key.txt a.age | zstd -d | tar -xpC out', sandbox.root);
  const expected = sandbox.snapshot(2).tree;
  const found = await readTree(sandbox.at('out'));
  t.deepEqual(treeDifferences(withoutOurs(expected), withoutOurs(found)), []);
  t.deepEqual(found['.'], expected['.']);
  const listed = await bash(
    'age -d -i key.txt a.age | zstd -d | tar -tv --numeric-owner | head -1',
    sandbox.root,
  ).catch((error: { stdout: string }) => error.stdout);
  t.regex(listed, /^-rw------- 0\/0 .* redis-rewind-data\/manifest\.jsonl\n$/);
});

test('an archive that was put together by hand is restored', async (t) => {
  const sandbox = await createRoom(t);
  await succeedCli(['export', sandbox.repository, sandbox.at('plain')]);
  await mkdir(sandbox.at('out'));
  for (const format of ['gnu', 'pax', 'ustar']) {
    await bash('rm -rf out; mkdir out; zstd -dc < plain | tar -xpC out', sandbox.root);
    // As docs/archive-format.md has it, without jq.
    const manifest = await readFile(sandbox.at('out/redis-rewind-data/manifest.jsonl'), 'utf8');
    const names = manifest.split('\n').flatMap((line) => {
      const { path: name } = JSON.parse(line || '{}') as { path?: string; message?: string };
      return name === undefined || line.includes('"message"') ? [] : [pathToBytes(parsePath(name))];
    });
    const list = [Buffer.from('redis-rewind-data/manifest.jsonl'), ...names];
    await writeFile(
      sandbox.at('names'),
      Buffer.concat(list.map((name) => Buffer.concat([name, Buffer.from('\n')]))),
    );
    await bash(
      `tar -C out --format=${format} -c --no-recursion --verbatim-files-from -T names | zstd -19 | age -r "$(cat recipient)" > again`,
      sandbox.root,
    );
    await succeedCli([
      'restore',
      '--from',
      sandbox.at('again'),
      '-i',
      sandbox.at('key.txt'),
      sandbox.at(`by-${format}`),
    ]);
    const found = await readTree(sandbox.at(`by-${format}`));
    t.deepEqual(treeDifferences(sandbox.snapshot(2).tree, found), [], format);
  }
});

test('ssh keys open an archive here and there, alone and beside other keys', async (t) => {
  const sandbox = await createRoom(t);
  const at = (name: string) => sandbox.at(name);
  await bash('cat ed.pub rsa.pub recipient > all', sandbox.root);
  await succeedCli(['export', '--recipients-file', at('all'), sandbox.repository, at('a.age')]);
  for (const key of ['ed', 'rsa', 'key.txt']) {
    await mkdir(at(`stock-${key}`));
    await bash(`age -d -i ${key} a.age | zstd -d | tar -xpC stock-${key}`, sandbox.root);
    await succeedCli(['restore', '--from', at('a.age'), '-i', at(key), at(`ours-${key}`)]);
    const found = await readTree(at(`ours-${key}`));
    t.deepEqual(treeDifferences(sandbox.snapshot(2).tree, found), [], key);
  }
  await bash(`ssh-keygen -q -t ed25519 -N '' -f other`, sandbox.root);
  const wrong = await runCli(['restore', '--from', at('a.age'), '-i', at('other'), at('none')]);
  t.is(wrong.code, 2, wrong.stderr);
  t.regex(wrong.stderr, /^redis-rewind: none of the keys given opens the archive\nhint: .*\n$/);
  const whole = await readFile(at('a.age'));
  await writeFile(at('cut.age'), whole.subarray(0, -100));
  const cut = await runCli(['restore', '--from', at('cut.age'), '-i', at('ed'), at('none')]);
  t.is(cut.code, 20, cut.stderr);
  t.is(cut.stderr.split('\n').length, 3, cut.stderr);
  await t.throwsAsync(access(at('none')));
});

test('a large archive is the same with the program zstd and without it', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await sandbox.write('dump.rdb', Buffer.alloc(40 << 20, 'a line that comes again and again\n'));
  await sandbox.backup();
  const bin = sandbox.at('bin');
  await mkdir(bin);
  await symlink(process.execPath, path.join(bin, 'node'));
  for (const [name, env] of [
    ['with', {}],
    ['without', { PATH: bin }],
  ] as const) {
    await succeedCli(['export', sandbox.repository, sandbox.at(name)], { env });
    await bash(`zstd -t -q --no-progress < ${name}`, sandbox.root);
    await succeedCli(['restore', '--from', sandbox.at(name), sandbox.at(`out-${name}`)]);
    const found = await readTree(sandbox.at(`out-${name}`));
    t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, found), [], name);
  }
  const mirror = sandbox.inMirror('dump.rdb');
  await writeFile(mirror, flipped(await readFile(mirror)));
  const damaged = await runCli(['export', sandbox.repository, sandbox.at('damaged')]);
  t.is(damaged.code, 20, damaged.stderr);
  await t.throwsAsync(access(sandbox.at('damaged')));
});

test('without age an ssh key is refused with one line', async (t) => {
  const sandbox = await createRoom(t);
  const bin = await mkdtemp(path.join(tmpdir(), 'redis-rewind-bin-'));
  t.teardown(() => run('rm', ['-rf', bin]));
  await symlink(process.execPath, path.join(bin, 'node'));
  const { code, stderr } = await runCli(
    ['export', '--recipients-file', sandbox.at('ed.pub'), sandbox.repository, sandbox.at('a.age')],
    { env: { PATH: bin } },
  );
  t.is(code, 2);
  t.regex(
    stderr,
    /^redis-rewind: ssh keys need the program 'age', which is not installed\nhint: .*\n$/,
  );
});

test('a passphrase that is typed for age opens an archive of ours', async (t) => {
  const sandbox = await createRoom(t);
  await succeedCli([
    'export',
    '--passphrase-file',
    sandbox.at('phrase'),
    sandbox.repository,
    sandbox.at('a.age'),
  ]);
  await mkdir(sandbox.at('out'));
  const line = `cd '${sandbox.root}' && age -d a.age > plain && touch done`;
  const terminal = await openTerminal(t, sandbox.root, line);
  await terminal.see('Enter passphrase:');
  await terminal.type('correct horse battery staple');
  await until(() =>
    access(sandbox.at('done')).then(
      () => true,
      () => false,
    ),
  );
  await bash('zstd -dc < plain | tar -xpC out', sandbox.root);
  const found = withoutOurs(await readTree(sandbox.at('out')));
  t.deepEqual(treeDifferences(withoutOurs(sandbox.snapshot(2).tree), found), []);
});

test('an archive whose passphrase was typed for age is restored', async (t) => {
  const sandbox = await createRoom(t);
  await succeedCli(['export', sandbox.repository, sandbox.at('plain')]);
  const line = `cd '${sandbox.root}' && age -p -o a.age plain && touch done`;
  const terminal = await openTerminal(t, sandbox.root, line);
  await terminal.see('Enter passphrase');
  await terminal.type('correct horse battery staple');
  await terminal.see('Confirm passphrase');
  await terminal.type('correct horse battery staple');
  await until(() =>
    access(sandbox.at('done')).then(
      () => true,
      () => false,
    ),
  );
  await succeedCli([
    'restore',
    '--from',
    sandbox.at('a.age'),
    '--passphrase-file',
    sandbox.at('phrase'),
    sandbox.at('out'),
  ]);
  t.deepEqual(treeDifferences(sandbox.snapshot(2).tree, await readTree(sandbox.at('out'))), []);
});
