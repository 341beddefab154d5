// `remote list|remove|verify` as a person runs them, on folders and on an S3 store.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import test from 'ava';
import type {
  RemoteListReport,
  RemoteVerifyReport,
} from '../../src/engine/remote/remote-report.js';
import { type BackedUpNights, backedUpNights } from '../support/archive/backed-up-nights.js';
import { type S3Server, startS3Server } from '../support/offsite/s3-server.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { fieldGroups, sorted } from './cli-documentation.js';

let s3: S3Server;
test.before(async () => {
  s3 = await startS3Server();
});
test.after.always(async () => s3?.stop());

async function exportAll(room: BackedUpNights, count: number, target: string): Promise<void> {
  for (let id = 1; id <= count; id += 1) {
    const args = ['export', '-r', `#${id}`, '--recipient', room.recipient, room.repository, target];
    await succeedCli(args, { env: s3.environment });
  }
}

test('the archives in S3 are listed, verified, and removed by rules, without a key', async (t) => {
  const room = await backedUpNights(t, ['one', 'two', 'three']);
  const target = `s3://${s3.bucket}/nights/`;
  const env = s3.environment;
  await exportAll(room, 3, target);
  const listed = await succeedCli(['--json', 'remote', 'list', target], { env });
  const { archives } = listed.json() as RemoteListReport;
  t.deepEqual(
    archives.map(({ snapshot }) => snapshot?.id),
    [1, 2, 3],
  );
  t.true(
    archives.every(({ sha256, host }) => /^[0-9a-f]{64}$/.test(sha256 ?? '') && host !== null),
  );
  const shown = (await succeedCli(['remote', 'list', target], { env })).stdout;
  t.regex(shown, /^id +time +host +size +name\n(?: +\d .*\.tar\.zst\.age\n){3}3 archives, .*\n$/);

  const stored = await succeedCli(['--json', 'remote', 'verify', target], { env });
  const checked = (stored.json() as RemoteVerifyReport).archives.map((each) => each.checked);
  t.deepEqual(checked, ['stored', 'stored', 'stored']);
  const whole = await succeedCli(['--json', 'remote', 'verify', '-i', room.keyFile, target], {
    env,
  });
  const report = whole.json() as RemoteVerifyReport;
  t.true(report.archives.every((each) => each.checked === 'all'));
  t.true(report.bytesRead >= archives.reduce((sum, { bytes }) => sum + bytes, 0));

  const keep = ['--keep-last', '2', target];
  const plan = await succeedCli(['remote', 'remove', '--dry-run', ...keep], { env });
  t.regex(
    plan.stdout,
    /goes +no rule keeps it +redis-.*\n(?:.*stays.*\n){2}1 archive would go, and 2 would/,
  );
  t.is((await s3.everything()).filter((name) => name.startsWith('nights/')).length, 3);
  const done = await succeedCli(['remote', 'remove', ...keep], { env });
  t.regex(done.stdout, /^1 archive removed, 2 left; .* came back\n$/);
  t.is((await s3.everything()).filter((name) => name.startsWith('nights/')).length, 2);
  const [, second] = archives;
  await succeedCli(['remote', 'remove', target + second?.name], { env });
  t.is((await s3.everything()).filter((name) => name.startsWith('nights/')).length, 1);
});

test('a file that is no archive is neither removed nor said to be whole', async (t) => {
  const room = await backedUpNights(t, ['one']);
  const dump = room.at('dump.rdb');
  await writeFile(dump, 'REDIS0011');
  for (const action of ['list', 'verify', 'remove']) {
    const run = await runCli(['remote', action, dump]);
    t.is(run.code, 20, run.stdout);
    t.regex(run.stderr, /dump\.rdb': this is not an archive of redis-rewind\nhint: /);
  }
  t.is(await readFile(dump, 'utf8'), 'REDIS0011');
  const archive = room.at('a name of my own');
  await exportAll(room, 1, archive);
  await succeedCli(['remote', 'remove', archive]);
  await t.throwsAsync(readFile(archive));
});

test('what is damaged is named with exit 20, and what no key opens with exit 3', async (t) => {
  const room = await backedUpNights(t, ['one', 'two']);
  const folder = room.at('archives');
  await exportAll(room, 2, `${folder}/`);
  const verify = ['remote', 'verify', '-i', room.keyFile, folder];
  await succeedCli(verify);
  const other = await backedUpNights(t, ['x']);
  const unopened = await runCli(['remote', 'verify', '-i', other.keyFile, folder]);
  t.is(unopened.code, 3, unopened.stderr);
  t.regex(unopened.stderr, /(?:redis-rewind: warning: '.*' was not read: .*\nhint: .*\n){2}/);
  const [first = '', second = ''] = (await readdir(folder)).toSorted();
  const bytes = await readFile(`${folder}/${second}`);
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
  await writeFile(`${folder}/${second}`, bytes);
  const damaged = await runCli(verify);
  t.is(damaged.code, 20);
  t.regex(
    damaged.stdout,
    new RegExp(`^problem: ${second}: .*\n2 archives read, .*: 1 archive damaged`),
  );
  t.false(damaged.stdout.includes(first));
  // Without the key nobody can tell: the size is as it was.
  const unchecked = await succeedCli(['remote', 'verify', folder]);
  t.is(unchecked.stdout, '2 archives read but not checked, which takes the key: no problem\n');
  await writeFile(`${folder}/${second}`, '');
  t.is((await runCli(['remote', 'verify', folder])).code, 20);
});

test('an archive that is not encrypted is read without a key', async (t) => {
  const room = await backedUpNights(t, ['one']);
  const folder = `${room.at('plain')}/`;
  await succeedCli(['export', room.repository, folder]);
  const report = (await succeedCli(['--json', 'remote', 'verify', folder])).json();
  t.is((report as RemoteVerifyReport).archives[0]?.checked, 'all');
});

test('--json has the fields that are documented', async (t) => {
  const room = await backedUpNights(t, ['one']);
  const folder = `${room.at('plain')}/`;
  await succeedCli(['export', room.repository, folder]);
  const [list, archive, removal, decided, verification, verified] = fieldGroups('remote');
  for (const [args, fields, each] of [
    [['list'], list, archive],
    [['remove', '--keep-last', '1'], removal, decided],
    [['verify'], verification, verified],
  ] as const) {
    const report = (await succeedCli(['--json', 'remote', ...args, folder])).json() as {
      archives: object[];
    };
    t.deepEqual(sorted(Object.keys(report)), sorted(fields ?? []), args[0]);
    const own = args[0] === 'list' ? [] : (archive ?? []);
    const wanted = sorted([...own, ...(each ?? [])]);
    t.deepEqual(sorted(Object.keys(report.archives[0] ?? {})), wanted, args[0]);
  }
});

test('what makes no sense is refused with exit 2, and an empty place is worth a look', async (t) => {
  const room = await backedUpNights(t, ['one', 'two', 'three']);
  const folder = room.at('archives');
  await exportAll(room, 3, `${folder}/`);
  const [name = ''] = await readdir(folder);
  for (const [args, message] of [
    [['show', folder], /remote takes list, remove or verify, but 'show'/],
    [['list', '-'], /a pipe is no store/],
    [['list', '--keep-last', '2', folder], /--keep-last' does not go with remote list/],
    [['remove', '-i', room.keyFile, folder], /--identity' does not go with remote remove/],
    [['remove', folder], /needs a rule, or the name of an archive/],
    [['remove', '--keep-last', '1', `${folder}/${name}`], /names one archive, and rules are about/],
    [
      ['remove', '--keep-last', '1', folder],
      /of the 3 archives of a repository only the newest would be left/,
    ],
    [['remove', '--older-than', '5B', folder], /does not know what '5B' is/],
  ] as const) {
    const { code, stderr } = await runCli(['remote', ...args]);
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  }
  t.is((await readdir(folder)).length, 3);
  const listed = await succeedCli(['remote', 'list', `s3://${s3.bucket}/nothing/`], {
    env: s3.environment,
  });
  t.is(listed.stdout, 'no archive is there; folders below it are not looked into\n');
  const empty = await runCli(['remote', 'verify', `s3://${s3.bucket}/nothing/`], {
    env: s3.environment,
  });
  t.is(empty.code, 3);
  t.regex(empty.stderr, /holds no archive/);
});
