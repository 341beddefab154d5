// What a night exports after its backup: its snapshot, and those that earlier nights could not export.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import test from 'ava';
import { type NightReport, runNight } from '../../../src/engine/automation/run-night.js';
import { type KeepRules, NO_RULES } from '../../../src/engine/keep/keep-rules.js';
import { UsageError } from '../../../src/errors.js';
import { DEFAULT_STORE_OPTIONS } from '../../../src/offsite/stores/store-context.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** Of a key that nobody has. */
const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudfnjtms8pyg8h';

interface NightOptions {
  readonly target?: string;
  readonly keep?: KeepRules | null;
  readonly recipientFiles?: readonly string[];
}

/** One more night, with another dump. */
async function night(sandbox: Sandbox, options: NightOptions = {}): Promise<NightReport> {
  const { target = 'off/', keep = null, recipientFiles = [] } = options;
  sandbox.context.advance(60);
  await sandbox.write('dump.rdb', `as of ${sandbox.context.clock.nowMs()}`);
  const thenExport = {
    target: {
      typed: target,
      resolve: (typed: string) => pathFromText(sandbox.at(typed.replace(/\/$/, ''))),
      environment: {},
      options: DEFAULT_STORE_OPTIONS,
    },
    sealing: {
      recipients: [],
      recipientFiles: recipientFiles.map((name) => pathFromText(sandbox.at(name))),
      passphraseFile: null,
      isPlain: false,
    },
  };
  return runNight(
    { backup: sandbox.backupRequest(), keep, thenExport, thenVerifyMs: null },
    sandbox.context,
  );
}

/** The numbers of the snapshots of which there are archives. */
async function there(sandbox: Sandbox, folder = 'off'): Promise<number[]> {
  const names = await readdir(sandbox.at(folder));
  return names.map((name) => Number(/-(\d+)\.tar\.zst$/.exec(name)?.[1])).toSorted((a, b) => a - b);
}

test('each night exports its snapshot, and the first one no older ones', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'before anything was exported');
  await sandbox.backup();
  const first = await night(sandbox);
  t.deepEqual(await there(sandbox), [2]);
  t.like(first.exports, { target: sandbox.at('off'), missing: 0 });
  t.deepEqual(
    first.exports?.archives.map(({ snapshotId }) => snapshotId),
    [2],
  );
  await night(sandbox);
  t.deepEqual(await there(sandbox), [2, 3]);
});

test('where the export fails the snapshot is good, a warning says so, and a later night catches up', async (t) => {
  const sandbox = await createSandbox(t);
  await night(sandbox);
  await rename(sandbox.at('off'), sandbox.at('away'));
  await writeFile(sandbox.at('off'), 'a file is in the way of the folder');
  for (const id of [2, 3]) {
    const { snapshot, exports, notes } = await night(sandbox, { target: 'off/' });
    t.is(snapshot.id, id);
    t.like(exports, { archives: [], missing: 1 });
    t.deepEqual(lookNames(notes), ['not-exported -']);
    t.regex(
      notes[0]?.message ?? '',
      /^the snapshot is safe here, and not everything was exported: /,
    );
  }
  await rm(sandbox.at('off'));
  await rename(sandbox.at('away'), sandbox.at('off'));
  const { exports, notes } = await night(sandbox);
  t.deepEqual(lookNames(notes), []);
  t.deepEqual(
    exports?.archives.map(({ snapshotId }) => snapshotId),
    [2, 3, 4],
  );
  t.deepEqual(await there(sandbox), [1, 2, 3, 4]);
});

test('a snapshot that the keep rules have removed is not missed', async (t) => {
  const sandbox = await createSandbox(t);
  await night(sandbox);
  await mkdir(sandbox.at('empty'));
  for (let count = 0; count < 3; count += 1) {
    await night(sandbox, { target: 'other/', keep: { ...NO_RULES, last: 1 } });
  }
  const { exports } = await night(sandbox, { keep: { ...NO_RULES, last: 1 } });
  t.like(exports, { missing: 0 });
  t.deepEqual(await there(sandbox), [1, 5]);
  t.deepEqual(await there(sandbox, 'other'), [2, 3, 4]);
});

test('a snapshot that is damaged holds up no other one', async (t) => {
  const sandbox = await createSandbox(t);
  await night(sandbox);
  await rename(sandbox.at('off'), sandbox.at('away'));
  await writeFile(sandbox.at('off'), 'in the way');
  await night(sandbox);
  await night(sandbox);
  await rm(sandbox.at('off'));
  await rename(sandbox.at('away'), sandbox.at('off'));
  // What leads from the third snapshot to the second.
  const folder = sandbox.inMirror('redis-rewind-data/increments');
  const newest = (await readdir(folder)).toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? '';
  await writeFile(`${folder}/${newest}`, 'damaged');
  const { exports, notes } = await night(sandbox);
  t.true(lookNames(notes).includes('not-exported -'), lookNames(notes).join());
  t.like(exports, { missing: 1 });
  t.deepEqual(await there(sandbox), [1, 3, 4]);
});

test('a line that makes no sense is refused before the backup; a key that cannot be read is told after it', async (t) => {
  const sandbox = await createSandbox(t);
  await night(sandbox);
  await t.throwsAsync(night(sandbox, { target: '-' }), { instanceOf: UsageError });
  await t.throwsAsync(night(sandbox, { target: 'a-name' }), {
    instanceOf: UsageError,
    message: /must be a folder/,
  });
  t.is(sandbox.list().length, 1);
  const { notes, exports } = await night(sandbox, { recipientFiles: ['not-there'] });
  t.deepEqual(lookNames(notes), ['not-exported -']);
  t.is(exports?.missing, 1);
  t.is(sandbox.list().length, 2);
  await night(sandbox);
  t.deepEqual(await there(sandbox), [1, 2, 3]);
});

test('without the credentials of the store the snapshot is taken all the same', async (t) => {
  const sandbox = await createSandbox(t);
  await writeFile(sandbox.at('recipients'), `${RECIPIENT}\n`);
  const { snapshot, exports, notes } = await night(sandbox, {
    target: 'swift:///db1/',
    recipientFiles: ['recipients'],
  });
  t.is(snapshot.id, 1);
  t.like(exports, { archives: [], missing: 1 });
  t.deepEqual(lookNames(notes), ['not-exported -']);
  t.regex(notes[0]?.message ?? '', /nothing says how to log in to Swift/);
});
