// Records of the catalog that no backup has written, under digests that are right, as in a repository that
// somebody has edited: every byte restores, what is right is shown, and verify names what is not.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { backedUpTwice, dumpOf } from '../../cli/small-sandbox.js';
import { runCli, succeedCli } from '../../support/program/cli.js';
import { forgeCatalog, forgeFindings } from '../../support/repository/edit-catalog.js';
import type { Sandbox } from '../../support/sandbox/sandbox.js';

const SAID = {
  product: 'redis',
  version: '7.0.15',
  runId: 'ca13',
  role: 'primary',
  replicationOffset: 0,
  databases: [],
  usedMemoryBytes: null,
  maxmemoryPolicy: null,
  save: 'none',
  dumpTime: null,
  aof: null,
};

function say({ repository }: Sandbox, said: string): void {
  forgeCatalog(repository, 'INSERT INTO server (snapshot, said) VALUES (1, ?)', said);
}

function note({ repository }: Sandbox, notes: string): void {
  forgeCatalog(repository, 'UPDATE snapshot SET notes = ? WHERE id = 1', notes);
}

interface ShownSnapshot {
  readonly id: number;
  readonly server: unknown;
  readonly notes: readonly unknown[];
}

interface Shown {
  readonly snapshots: readonly ShownSnapshot[];
  readonly oldest: ShownSnapshot;
  readonly notes: readonly { readonly kind: string; readonly message: string }[];
}

const DAMAGES: readonly {
  readonly title: string;
  readonly forge: (sandbox: Sandbox) => void;
  readonly message: string;
}[] = [
  {
    title: 'a record of the server that is no object',
    forge: (sandbox) => say(sandbox, '5'),
    message: 'the record of the server in snapshot 1 is damaged: the text is not an object',
  },
  {
    title: 'a record of the server that is no JSON',
    forge: (sandbox) => say(sandbox, '{"product":secret'),
    message: 'the record of the server in snapshot 1 is damaged: the text is not JSON',
  },
  {
    title: 'a record of the server without a run id',
    forge: (sandbox) => say(sandbox, JSON.stringify({ ...SAID, runId: undefined })),
    message: "the record of the server in snapshot 1 is damaged: 'runId' is not text",
  },
  {
    title: 'a note without a path',
    forge: (sandbox) => note(sandbox, '[{"severity":"look","kind":"a","message":"m","hint":null}]'),
    message: "the notes of snapshot 1 are damaged: 'path' is not text",
  },
];

for (const { title, forge, message } of DAMAGES) {
  test(`${title} costs no byte, and is told of`, async (t) => {
    const sandbox = await backedUpTwice(t);
    const { repository } = sandbox;
    forge(sandbox);

    const to = sandbox.at('restored');
    const restore = await succeedCli(['--json', 'restore', '-r', '1B', repository, to], {
      expectedCode: 3,
    });
    t.true(restore.stderr.includes(`warning: ${message}\n`), restore.stderr);
    const report = restore.json() as { snapshot: ShownSnapshot; notes: Shown['notes'] };
    t.deepEqual(
      report.notes.map(({ kind }) => kind),
      ['damaged-record'],
    );
    t.deepEqual(report.snapshot.notes, []);
    t.is(report.snapshot.server, null);
    t.deepEqual(await readFile(path.join(to, 'dump.rdb')), dumpOf('first'));
    await succeedCli(['restore', repository, sandbox.at('newest')]);

    const list = await succeedCli(['--json', 'list', repository], { expectedCode: 20 });
    t.true(list.stderr.includes(`warning: ${message}\n`), list.stderr);
    const listed = list.json() as Shown;
    t.deepEqual(
      listed.snapshots.map(({ id, server, notes }) => [id, server, notes]),
      [
        [1, null, []],
        [2, null, []],
      ],
    );
    t.deepEqual(
      listed.notes.map((each) => each.message),
      [message],
    );
    const files = await succeedCli(['list', '--files', '-r', '1B', repository], {
      expectedCode: 20,
    });
    t.regex(files.stdout, /dump\.rdb/);
    await succeedCli(['list', '--files', repository]);
    await succeedCli(['list', '--changed-since', '1B', repository], { expectedCode: 20 });

    const info = await succeedCli(['--json', 'info', repository], { expectedCode: 20 });
    t.is((info.json() as Shown).oldest.id, 1);
    t.is((info.json() as Shown).notes[0]?.message, message);

    const verify = await runCli(['verify', repository]);
    t.is(verify.code, 20);
    t.true(verify.stdout.includes(`${message}; no snapshot is lost by it\n`), verify.stdout);
    await succeedCli(['verify', '-r', 'now', repository]);
    await succeedCli(['backup', sandbox.source, repository]);
  });
}

test('damaged findings cost no byte, and are told of', async (t) => {
  const sandbox = await backedUpTwice(t);
  const { repository } = sandbox;
  forgeFindings(repository, '{"kind":"dump"}');
  await succeedCli(['restore', repository, sandbox.at('restored')]);
  await succeedCli(['list', repository]);
  const files = await succeedCli(['--json', 'list', '--files', repository], { expectedCode: 20 });
  const listed = files.json() as { files: { path: string; examined: unknown }[] };
  t.deepEqual(
    listed.files.filter(({ examined }) => examined !== null),
    [],
  );
  const message = "the record of what was found in 'dump.rdb'";
  t.true(files.stderr.includes(`warning: ${message} is damaged: 'rdbVersion'`), files.stderr);
  const verify = await succeedCli(['--json', 'verify', repository], { expectedCode: 20 });
  const { problems } = verify.json() as { problems: { kind: string; message: string }[] };
  t.true(
    problems.some(
      (problem) =>
        problem.kind === 'catalog' &&
        problem.message ===
          "the record of what was found in 'dump.rdb' of snapshot 2 is damaged: 'rdbVersion' is not a count",
    ),
    verify.stdout,
  );
});

test('the words of a later program are shown as they are', async (t) => {
  const sandbox = await backedUpTwice(t);
  say(sandbox, JSON.stringify({ ...SAID, product: 'keydb', role: 'arbiter', save: 'diskless' }));
  const list = await succeedCli(['list', '-v', sandbox.repository]);
  t.regex(list.stdout, /snapshot 1: keydb 7\.0\.15, arbiter, 0 keys/);
  await succeedCli(['restore', '-r', '1B', sandbox.repository, sandbox.at('restored')]);
  await succeedCli(['verify', sandbox.repository]);
});
