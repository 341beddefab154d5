// The AOF of a server before Redis 7 is a single file. It is opened, and cut after its last whole command
// outside of a transaction. The commands are those of the frozen data directories, after an RDB or alone.
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ServerError } from '../../../src/errors.js';
import { findAofCut } from '../../../src/persistence/aof/aof-cut.js';
import { captureAof } from '../../../src/redis/capture/aof-capture.js';
import type { ServerSettings } from '../../../src/redis/server/server-settings.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { FileReader } from '../../../src/system/files/byte-reader.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { MULTI_TAIL, SELECT, TORN_TAILS, logOf } from '../../support/redis/data/single-file-aof.js';

const SETTINGS: ServerSettings = {
  directory: null,
  dumpName: pathFromText('dump.rdb'),
  aofName: pathFromText('old.aof'),
  aofFolder: null,
  savePoints: null,
  maxmemoryPolicy: null,
  knownFrom: 'config',
};
const fileSystem = new RealFileSystem();

/** Captures a file and finds its cut; `meanwhile` happens between the two. */
async function capture(
  t: ExecutionContext,
  bytes: Buffer,
  meanwhile: (file: string) => Promise<void> = async () => {},
) {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, 'old.aof');
  await writeFile(file, bytes);
  const { files, manifest } = await captureAof(fileSystem, 's', pathFromText(directory), SETTINGS);
  t.is(manifest, null);
  const [captured, ...others] = files;
  if (captured === undefined || others.length > 0) throw new Error('not one file');
  t.is(captured.path, pathFromText('old.aof'));
  t.is(Number(captured.stat.size), bytes.length);
  await meanwhile(file);
  const reader = new FileReader(fileSystem, captured.descriptor, bytes.length);
  const keptBytes = await findAofCut(reader, uninterrupted);
  const kept = Buffer.alloc(keptBytes);
  let doneBytes = 0;
  while (doneBytes < keptBytes) {
    doneBytes += fileSystem.read(captured.descriptor, kept.subarray(doneBytes), doneBytes);
  }
  fileSystem.close(captured.descriptor);
  return kept;
}

for (const shape of ['commands alone', 'an RDB and commands'] as const) {
  test(`${shape}: a file that ends with a command is taken whole`, async (t) => {
    const log = await logOf(shape);
    t.is(bytesDifference(log, await capture(t, log)), null);
  });

  for (const [what, tail] of Object.entries({ ...TORN_TAILS, 'an open transaction': MULTI_TAIL })) {
    test(`${shape}: cut before ${what}`, async (t) => {
      const log = await logOf(shape);
      t.is(bytesDifference(log, await capture(t, Buffer.concat([log, tail]))), null);
    });
  }

  test(`${shape}: wherever the file is cut, it ends after a whole command`, async (t) => {
    const log = await logOf(shape);
    const ends: number[] = [];
    for (let size = log.length - 60; size <= log.length; size += 1) {
      const kept = await capture(t, log.subarray(0, size));
      ends.push(kept.length);
      t.true(kept.length <= size, `${kept.length}, ${size}`);
      t.is(bytesDifference(log.subarray(0, kept.length), kept), null);
      t.is(kept.subarray(-2).toString(), '\r\n');
    }
    t.true(new Set(ends).size < 10, [...new Set(ends)].join());
    t.is(ends.at(-1), log.length);
  });

  test(`${shape}: a file renamed over it, or bytes appended after it was opened, are not captured`, async (t) => {
    const log = await logOf(shape);
    const renamed = await capture(t, log, async (file) => {
      await writeFile(`${file}.new`, 'rewritten');
      await rename(`${file}.new`, file);
      t.is(await readFile(file, 'utf8'), 'rewritten');
    });
    t.is(bytesDifference(log, renamed), null);
    const grown = await capture(t, Buffer.concat([log, SELECT.subarray(0, 9)]), async (file) => {
      await appendFile(file, SELECT.subarray(9));
    });
    t.is(bytesDifference(log, grown), null);
  });
}

test('a tail that is not a command, or an unreadable RDB, is taken whole for a person to judge', async (t) => {
  const log = await logOf('an RDB and commands');
  for (const bytes of [Buffer.concat([log, Buffer.from('junk')]), log.subarray(0, 500)]) {
    t.is(bytesDifference(bytes, await capture(t, bytes)), null);
  }
});

test('a missing AOF is an error with its path', async (t) => {
  const directory = await temporaryDirectory(t);
  const error = await t.throwsAsync(
    captureAof(fileSystem, 'localhost:6379', pathFromText(directory), SETTINGS),
    { instanceOf: ServerError },
  );
  t.is(
    error.message,
    `Redis at localhost:6379 has an AOF, but '${directory}/old.aof' is missing, or not a file`,
  );
});
