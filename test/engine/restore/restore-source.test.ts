// What a restore promises to the source that it reads from, so that the source may be a stream: each file
// is read once, in the source's own order. And what it asks of the source: entries that are safe, bytes
// that are whole.
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import type { RestoreOutcome } from '../../../src/engine/restore/restore-report.js';
import type {
  Absence,
  RestoreEntry,
  RestoreSource,
  SourceLocation,
} from '../../../src/engine/restore/restore-source.js';
import { restoreFrom } from '../../../src/engine/restore/restore.js';
import { formatReportTime } from '../../../src/engine/snapshot/local-time.js';
import { CorruptError, NotInSnapshotError, UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { createTestContext } from '../../support/program/run-context.js';
import { createEntry } from '../../support/repository/restore-entry.js';

const TIME = '2030-05-01T03:00:00Z';

/** Entries that are not in the order of their names; a file's content is its own path. */
const ENTRIES = [
  createEntry('', { type: 'directory' }),
  createEntry('z'),
  createEntry('folder', { type: 'directory' }),
  createEntry('folder/2'),
  createEntry('folder/1'),
  createEntry('a'),
].map((entry) => (entry.type === 'file' ? { ...entry, sizeBytes: entry.path.length } : entry));

/** A source in no file, which remembers what it was asked to read. */
class RememberingSource implements RestoreSource {
  location: SourceLocation | null = null;
  readonly snapshot = { time: TIME, server: null };
  isInNoSnapshot = true;
  readonly notes = [];
  readonly entries: readonly RestoreEntry[];
  readonly filesRead: string[] = [];
  damaged = '';

  constructor(entries: readonly RestoreEntry[] = ENTRIES) {
    this.entries = entries;
  }

  placeOf(): null {
    return null;
  }

  explainAbsence(): Absence {
    return { isInNoSnapshot: this.isInNoSnapshot, hint: 'look elsewhere' };
  }

  async read(file: RestoreEntry, emit: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    this.filesRead.push(file.path);
    await emit(Buffer.from(file.path));
    if (file.path === this.damaged) throw new CorruptError(`'${file.path}' is damaged`);
  }

  async finish(): Promise<void> {
    this.filesRead.push('the end');
    if (this.damaged === 'the end') throw new CorruptError('the end is damaged');
  }

  async close(): Promise<void> {}
}

async function restoreTo(
  destination: string,
  source: RestoreSource,
  inside = '',
): Promise<RestoreOutcome> {
  const wanted = {
    path: pathFromText(inside),
    destination: pathFromText(destination),
    force: true,
    isDirectoryNamed: false,
    setDestination: false,
    owner: null,
    startedMs: 0,
  };
  return restoreFrom(source, wanted, createTestContext());
}

test('each file is read once, in the order in which the source has them', async (t) => {
  const room = await temporaryDirectory(t);
  const source = new RememberingSource();
  const report = await restoreTo(path.join(room, 'new'), source);
  t.deepEqual(source.filesRead, ['z', 'folder/2', 'folder/1', 'a', 'the end']);
  t.is(report.files, 4);
  t.is(report.bytes, 'z'.length + 'folder/2'.length * 2 + 'a'.length);
  for (const name of source.filesRead.slice(0, -1)) {
    t.is(await readFile(path.join(room, 'new', name), 'utf8'), name);
  }
});

test('files that are not wanted are not read', async (t) => {
  const room = await temporaryDirectory(t);
  const source = new RememberingSource();
  await restoreTo(path.join(room, 'new'), source, 'folder');
  t.deepEqual(source.filesRead, ['folder/2', 'folder/1', 'the end']);
  t.deepEqual((await readdir(path.join(room, 'new'))).toSorted(), ['1', '2']);
});

test('nothing is read when the path does not exist or the destination is refused', async (t) => {
  const room = await temporaryDirectory(t);
  await mkdir(path.join(room, 'taken'));
  const source = new RememberingSource();
  await t.throwsAsync(restoreTo(path.join(room, 'new'), source, 'none'), {
    instanceOf: NotInSnapshotError,
    message: "no snapshot has a path 'none'",
  });
  await t.throwsAsync(restoreTo(path.join(room, 'taken'), source, 'a'), {
    message: /is a directory$/,
  });
  t.deepEqual(source.filesRead, []);
});

test('the source says what is known of a path that is not there, and where to look', async (t) => {
  const room = await temporaryDirectory(t);
  const source = new RememberingSource();
  source.isInNoSnapshot = false;
  const error = await t.throwsAsync(restoreTo(path.join(room, 'new'), source, 'none'), {
    instanceOf: NotInSnapshotError,
    message: `'none' is not in the snapshot of ${formatReportTime(TIME)}`,
  });
  t.is(error.hint, 'look elsewhere');
});

test('a destination that overlaps what the source is read from is refused, by its name', async (t) => {
  const room = await temporaryDirectory(t);
  const source = new RememberingSource();
  source.location = {
    path: pathFromText(path.join(room, 'archive')),
    name: 'the archive',
    isRepository: true,
  };
  const error = await t.throwsAsync(restoreTo(path.join(room, 'archive', 'new'), source), {
    instanceOf: UsageError,
    message: /new' lies inside the archive '.*archive'$/,
  });
  t.is(error.hint, 'name a directory that does not contain the archive or lie inside it');
  t.deepEqual(source.filesRead, []);
});

test('a file that the source finds damaged ends the restore, and nothing is left', async (t) => {
  const room = await temporaryDirectory(t);
  const source = new RememberingSource();
  source.damaged = 'folder/1';
  await t.throwsAsync(restoreTo(path.join(room, 'new'), source), {
    instanceOf: CorruptError,
    message: "'folder/1' is damaged",
  });
  t.deepEqual(source.filesRead, ['z', 'folder/2', 'folder/1']);
  t.deepEqual(await readdir(room), []);
});

test('names that lead out of the destination are refused, whatever the source', async (t) => {
  const room = await temporaryDirectory(t);
  const source = new RememberingSource([...ENTRIES, createEntry('../outside')]);
  await t.throwsAsync(restoreTo(path.join(room, 'new'), source), { instanceOf: CorruptError });
  t.deepEqual(source.filesRead, []);
  t.deepEqual(await readdir(room), []);
});
