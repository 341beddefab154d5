// Runs of stored deltas that are long enough for two threads.
import test, { type ExecutionContext } from 'ava';
import * as fs from 'node:fs';
import path from 'node:path';
import { applyTable } from '../../src/delta/apply-table.js';
import type { StoredDelta } from '../../src/delta/stored-delta.js';
import { StoredRun, planOwnShare } from '../../src/delta/stored-run.js';
import { CorruptError, InterruptedError, SystemError } from '../../src/errors.js';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../src/system/files/file-system.js';
import { type Checkpoint, uninterrupted } from '../../src/system/time/checkpoint.js';
import { zstdCompressBuffer } from '../../src/system/zstd/zstd.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { MemoryReader } from '../support/files/memory-reader.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { randomBytes } from '../support/sandbox/large-content.js';
import { Gathered } from './run-delta.js';

const COUNT = 8;
const INSERTED = 5 << 20;
const basis = randomBytes('basis', 12 << 20);

/** Each delta replaces bytes in the middle, at another place, and swaps what is around them. */
function makeDeltas(): { deltas: Buffer[]; result: Buffer } {
  let result = basis;
  const deltas = Array.from({ length: COUNT }, (_, index) => {
    const at = 100_000 * (index + 1);
    const inserted = randomBytes(`inserted ${index}`, INSERTED);
    const after = at + INSERTED - 1000;
    const delta = deltaOf(copy(after, result.length - after), literal(inserted, 4), copy(0, at));
    result = Buffer.concat([result.subarray(after), inserted, result.subarray(0, at)]);
    return delta;
  });
  return { deltas, result };
}

const { deltas, result } = makeDeltas();

async function store(t: ExecutionContext): Promise<StoredDelta[]> {
  const directory = await temporaryDirectory(t);
  const stored: StoredDelta[] = [];
  let resultBytes = basis.length;
  for (const [index, delta] of deltas.entries()) {
    const file = path.join(directory, String(index + 1));
    fs.writeFileSync(file, await zstdCompressBuffer(delta, 1));
    resultBytes += 1000;
    const { length } = delta;
    stored.push({
      id: index + 1,
      path: pathFromText(file),
      plainBytes: length,
      maxResultBytes: resultBytes,
    });
  }
  return stored;
}

async function applied(
  stored: readonly StoredDelta[],
  checkpoint: Checkpoint = uninterrupted,
): Promise<Buffer> {
  const run = new StoredRun(new RealFileSystem(), stored, 0);
  try {
    const composed = await run.compose(basis.length, checkpoint);
    const gathered = new Gathered();
    const reader = new MemoryReader(basis);
    await applyTable(reader, composed, gathered.emit);
    composed.close();
    return gathered.bytes;
  } finally {
    await run.close();
  }
}

/** Files without a name that this process has open, with all of its threads. */
function openTemporaryFiles(): string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${descriptor}`);
      return /redis-rewind-[0-9a-f-]{36} \(deleted\)$/.test(target) ? [target] : [];
    } catch {
      return [];
    }
  });
}

test.serial('a long run composed on two threads makes what its deltas make in turn', async (t) => {
  const stored = await store(t);
  const share = planOwnShare(
    stored.map(({ plainBytes }) => plainBytes),
    0,
  );
  t.true(share > 0 && share < COUNT, `${share} of ${COUNT} deltas on this thread`);
  t.is(bytesDifference(result, await applied(stored)), null);
  t.deepEqual(openTemporaryFiles(), []);
});

for (const place of [1, COUNT]) {
  test.serial(`a missing or damaged delta ${place} of a long run is reported`, async (t) => {
    const stored = await store(t);
    const { path: file } = stored[place - 1] as StoredDelta;
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(file, bytes.subarray(0, bytes.length - 5));
    await t.throwsAsync(applied(stored), { instanceOf: CorruptError });
    fs.writeFileSync(file, await zstdCompressBuffer(deltaOf(copy(0, 10)), 1));
    await t.throwsAsync(applied(stored), {
      instanceOf: CorruptError,
      message: `increment ${place} does not have the length recorded for it`,
    });
    fs.unlinkSync(file);
    await t.throwsAsync(applied(stored), {
      instanceOf: SystemError,
      message: `cannot open '${file}': no such file or directory`,
    });
    t.deepEqual(openTemporaryFiles(), []);
  });
}

test.serial(
  'a first half of another length than recorded does not change the result',
  async (t) => {
    const stored = await store(t);
    const longer = stored.map((delta) => ({ ...delta, maxResultBytes: delta.maxResultBytes + 1 }));
    t.is(bytesDifference(result, await applied(longer)), null);
    t.deepEqual(openTemporaryFiles(), []);
  },
);

test.serial('an interrupted run leaves no thread and no file', async (t) => {
  const stored = await store(t);
  let calls = 0;
  const interrupting = async (): Promise<void> => {
    calls += 1;
    if (calls > 3) throw new InterruptedError('SIGTERM');
  };
  await t.throwsAsync(applied(stored, interrupting), { instanceOf: InterruptedError });
  t.deepEqual(openTemporaryFiles(), []);
});

test('this thread takes all of a short run, about half of a long one, and less beside a full copy', (t) => {
  const nights = Array.from({ length: 100 }, () => 1 << 20);
  t.is(planOwnShare([1 << 20, 1 << 20], 0), 2);
  t.is(planOwnShare([100 << 20], 0), 1);
  t.is(planOwnShare([100 << 20, 1], 0), 1);
  t.is(planOwnShare([1, 100 << 20], 0), 1);
  t.is(planOwnShare(nights, 0), 58);
  t.is(planOwnShare(nights, 48 << 20), 50);
  t.is(planOwnShare(nights, 4e9), 1);
});
