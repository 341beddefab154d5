// export and restore --from as a person runs them: files, pipes, keys, and what is refused.
import { execFile } from 'node:child_process';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { inputOf, outputOf } from '../../src/cli/byte-pipes.js';
import { chooseCommand } from '../../src/cli/choose-command.js';
import { parseArguments } from '../../src/cli/options/parse-arguments.js';
import { UsageError } from '../../src/errors.js';
import { readTree } from '../support/files/directory-tree.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';
import { createSandbox } from '../support/sandbox/sandbox.js';
import { fieldGroups, sorted } from './cli-documentation.js';

const run = promisify(execFile);

interface Room {
  readonly root: string;
  readonly source: string;
  readonly repository: string;
  readonly at: (name: string) => string;
  readonly recipient: string;
  readonly keyFile: string;
}

/** One snapshot, and a key. */
async function createRoom(t: Parameters<typeof createSandbox>[0]): Promise<Room> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.write('appendonlydir/x', 'a file');
  await sandbox.backup();
  const identity = await generateX25519Identity();
  const keyFile = sandbox.at('key.txt');
  await writeFile(keyFile, `${identity}\n`, { mode: 0o600 });
  return {
    root: sandbox.root,
    source: sandbox.source,
    repository: sandbox.repository,
    at: (name) => sandbox.at(name),
    recipient: await identityToRecipient(identity),
    keyFile,
  };
}

test('an archive is written, says nothing, and is restored', async (t) => {
  const { source, repository, at, recipient, keyFile } = await createRoom(t);
  const archive = at('night.tar.zst.age');
  const exported = await succeedCli(['export', '--recipient', recipient, repository, archive]);
  t.is(exported.stdout + exported.stderr, '');
  t.is((await stat(archive)).mode & 0o777, 0o600);
  await succeedCli(['restore', '--from', archive, '-i', keyFile, at('all')]);
  t.deepEqual(await readTree(at('all')), await readTree(source));
  // As for -r, the name of the command may be left out.
  await succeedCli(['--from', archive, '-i', keyFile, 'dump.rdb', at('dump')]);
  t.is(await readFile(at('dump'), 'utf8'), 'the dump');
});

test('an archive goes through a pipe both ways', async (t) => {
  const { source, repository, at, recipient, keyFile } = await createRoom(t);
  const line = `"$NODE" "$MAIN" export --recipient ${recipient} "$REPO" - | "$NODE" "$MAIN" restore --from - -i "$KEY" "$DEST"`;
  await run('bash', ['-c', `set -o pipefail; ${line}`], {
    env: {
      ...process.env,
      NODE: process.execPath,
      MAIN: mainScript,
      REPO: repository,
      KEY: keyFile,
      DEST: at('all'),
    },
  });
  t.deepEqual(await readTree(at('all')), await readTree(source));
});

test('a pipe that nobody reads any more is a failure', async (t) => {
  const { repository } = await createRoom(t);
  await writeFile(path.join(repository, 'unused'), '');
  const line = `"$NODE" "$MAIN" export "$REPO" - | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await run('bash', ['-c', line], {
    env: { ...process.env, NODE: process.execPath, MAIN: mainScript, REPO: repository },
  });
  // Whether the pipe was closed before the archive was written is a race; the archive is a small one.
  t.regex(stdout, /^[01]\n$/);
  if (stdout === '1\n') t.regex(stderr, /cannot write 'standard output': whoever reads it/);
});

test('--json has the fields that are documented', async (t) => {
  const { repository, at } = await createRoom(t);
  const archive = at('night.tar.zst');
  const exported = await succeedCli(['--json', 'export', repository, archive]);
  const [exportFields] = fieldGroups('export');
  t.deepEqual(sorted(Object.keys(exported.json() as object)), sorted(exportFields ?? []));
  const restored = await succeedCli(['--json', 'restore', '--from', archive, at('all')]);
  const report = restored.json() as { snapshot: object };
  const [restoreFields] = fieldGroups('restore');
  const named = (restoreFields ?? []).map((field) => (field === 'repository' ? 'archive' : field));
  t.deepEqual(sorted(Object.keys(report)), sorted(named));
  t.deepEqual(
    sorted(Object.keys(report.snapshot)),
    sorted(['id', 'time', 'files', 'sourceBytes', 'host', 'source', 'server', 'notes']),
  );
});

test('what makes no sense is refused with exit 2, and nothing is written', async (t) => {
  const { root, repository, at, recipient, keyFile } = await createRoom(t);
  await writeFile(at('phrase'), 'sesame open\n');
  await succeedCli(['export', '--recipient', recipient, repository, at('sealed')]);
  await succeedCli(['export', repository, at('plain')]);
  const before = (await readdir(root)).toSorted();
  const phrase = at('phrase');
  for (const [args, message] of [
    [
      ['export', '--recipient', recipient, '--passphrase-file', phrase, repository, at('x')],
      /either recipients or a passphrase/,
    ],
    [['export', '--recipient', recipient, '--no-encrypt', repository, at('x')], /contradicts/],
    [['export', '--recipient', 'nobody', repository, at('x')], /is not a recipient/],
    [['export', '--json', repository, '-'], /--json and the archive/],
    [['export', repository, 'swift://container/x'], /for whom the archive is encrypted|ST_|OS_/],
    [['export', repository, repository], /is in the repository/],
    [['export', repository, `${repository}/not/there/`], /is in the repository/],
    [
      ['export', '--force', repository, `${repository}/redis-rewind-data/catalog.sqlite3`],
      /is in the repository/,
    ],
    [['restore', '--from', at('sealed'), at('x')], /the archive is encrypted/],
    [['restore', '--from', at('sealed'), '--passphrase-file', phrase, at('x')], /none of the keys/],
    [['restore', '--from', at('plain'), '-r', 'now', at('x')], /-r has no meaning with --from/],
    [['restore', '-i', keyFile, repository, at('x')], /--identity' is for archives/],
    [['restore', '--from', at('plain')], /takes \[PATH\] and DEST, but nothing was given/],
    [['restore', '--from', at('plain'), 'a', 'b', 'c'], /takes \[PATH\] and DEST/],
    [['restore', '--from', root, at('x')], /names no archive\nhint: .*remote list \//],
  ] as const) {
    const { code, stderr, stdout } = await runCli([...args]);
    t.is(code, 2, `${args.join(' ')}: ${stderr}`);
    t.regex(stderr, message);
    t.is(stdout, '');
    t.false(stderr.includes('sesame') || stderr.includes('AGE-SECRET-KEY'));
  }
  t.deepEqual((await readdir(root)).toSorted(), before);
  await succeedCli(['verify', repository]);
});

test('an archive that is damaged ends with exit 20 and one line, and an archive that is there with 14', async (t) => {
  const { repository, at } = await createRoom(t);
  await succeedCli(['export', repository, at('a')]);
  t.is((await runCli(['export', repository, at('a')])).code, 14);
  const whole = await readFile(at('a'));
  await writeFile(at('a'), whole.subarray(0, -3));
  const { code, stderr } = await runCli(['restore', '--from', at('a'), at('x')]);
  t.is(code, 20);
  t.regex(stderr, /^redis-rewind: '.*\/a' cannot be restored: .*\nhint: .*\n$/);
  await t.throwsAsync(stat(at('x')));
});

test('a terminal neither gives nor gets an archive', (t) => {
  const pipes = {
    input: (async function* none() {})(),
    write: async () => {},
    isInputTerminal: true,
    isOutputTerminal: true,
  };
  t.throws(() => inputOf(pipes), { instanceOf: UsageError });
  t.throws(() => outputOf(pipes, false), { instanceOf: UsageError, message: /on the terminal/ });
  t.is(outputOf({ ...pipes, isOutputTerminal: false }, false), pipes.write);
  t.is(inputOf({ ...pipes, isInputTerminal: false }), pipes.input);
});

test('a line without the name of a command that has --from is a restore', (t) => {
  const parsed = parseArguments(['--from', 'a', 'DEST']);
  t.is(chooseCommand(parsed).command.name, 'restore');
});
