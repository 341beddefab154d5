// An archive in segments: their sizes, where they are kept, and their digests.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import test from 'ava';
import { UsageError } from '../../../../src/errors.js';
import { sendInSegments } from '../../../../src/offsite/stores/segments/cut-segments.js';
import {
  S3_LIMITS,
  SWIFT_LIMITS,
  planSegments,
} from '../../../../src/offsite/stores/segments/plan-segments.js';
import { SegmentBuffer } from '../../../../src/offsite/stores/segments/segment-buffer.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { HookedFileSystem } from '../../../support/files/hooked-file-system.js';
import { randomBuffer } from '../../../support/offsite/random-buffer.js';
import { inChunks } from '../../../support/offsite/test-store.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

test('segments are of 64 MiB, or larger for a large archive', (t) => {
  t.is(planSegments(0, null, SWIFT_LIMITS).sizeOf(1), 64 * MIB);
  t.is(planSegments(50 * GIB, null, SWIFT_LIMITS).sizeOf(1), 64 * MIB);
  t.is(planSegments(900 * GIB, null, SWIFT_LIMITS).sizeOf(1), GIB);
  t.is(planSegments(9000 * 1024 * GIB, null, SWIFT_LIMITS).sizeOf(1), 5 * GIB);
  t.is(planSegments(900 * GIB, 7 * MIB, S3_LIMITS).sizeOf(1), 7 * MIB);
});

test('an archive that outgrows its estimate still fits into 1,000 segments of Swift', (t) => {
  const plan = planSegments(GIB, null, SWIFT_LIMITS);
  let sizeBytes = 0;
  for (let number = 1; number <= plan.mostSegments; number += 1) sizeBytes += plan.sizeOf(number);
  t.true(sizeBytes > 400 * GIB);
  const parts = planSegments(GIB, null, S3_LIMITS);
  t.is(parts.sizeOf(10_000), parts.sizeOf(1));
});

for (const [bytes, limits] of [
  [MIB - 1, SWIFT_LIMITS],
  [5 * MIB - 1, S3_LIMITS],
  [5 * GIB + 1, S3_LIMITS],
] as const) {
  test(`segments of ${bytes} bytes are refused where the least are ${limits.leastBytes}`, (t) => {
    t.throws(() => planSegments(1, bytes, limits), { instanceOf: UsageError });
  });
}

test('segments come in order with their digests, and two at most are kept', async (t) => {
  const bytes = randomBuffer(10 * 1000 + 17);
  const fileSystem = new RealFileSystem();
  let kept = 0;
  let most = 0;
  const sent: Buffer[] = [];
  let whole = '';
  await sendInSegments(
    {
      chunks: inChunks(bytes, 333),
      plan: { sizeOf: () => 1000, mostSegments: 100 },
      spool: { fileSystem, folder: null },
      needsSha256: true,
    },
    async (segment, sha256) => {
      kept += 1;
      most = Math.max(most, kept);
      t.is(segment.number, sent.length + 1);
      const own = Buffer.concat([...segment.chunks()]);
      t.true(Buffer.concat([...segment.chunks()]).equals(own));
      t.is(segment.md5, createHash('md5').update(own).digest('hex'));
      t.is(segment.sha256, createHash('sha256').update(own).digest('hex'));
      sent.push(own);
      if (segment.isLast) whole = sha256();
      await new Promise((resolve) => setImmediate(resolve));
      kept -= 1;
    },
  );
  t.is(most, 1);
  t.is(sent.length, 11);
  t.true(Buffer.concat(sent).equals(bytes));
  t.is(whole, createHash('sha256').update(bytes).digest('hex'));
});

test('an archive of too many segments ends before the one that is too many', async (t) => {
  let count = 0;
  const archive = {
    chunks: inChunks(randomBuffer(5000)),
    plan: { sizeOf: () => 1000, mostSegments: 3 },
    spool: { fileSystem: new RealFileSystem(), folder: null },
    needsSha256: false,
  };
  const sending = sendInSegments(archive, async () => {
    count += 1;
  });
  await t.throwsAsync(sending, { message: /more than the 3 segments/ });
  t.is(count, 2);
});

test('a segment of over 64 MiB is kept in a file without a name, and is the same each time', async (t) => {
  const folder = await temporaryDirectory(t);
  const opened: string[] = [];
  const fileSystem = new HookedFileSystem(({ operation, path }) => {
    if (operation === 'open') opened.push(path);
  });
  const buffer = new SegmentBuffer({ fileSystem, folder: pathFromText(folder) }, false);
  const piece = randomBuffer(3 * MIB);
  const digest = createHash('md5');
  for (let index = 0; index < 22; index += 1) {
    const chunk = Buffer.concat([piece, Buffer.from([index])]);
    buffer.append(chunk);
    digest.update(chunk);
    t.is(opened.length, index < 21 ? 0 : 1);
  }
  t.deepEqual(opened, [folder]);
  t.deepEqual(readdirSync(folder), []);
  const expected = digest.digest('hex');
  t.is(buffer.end().md5, expected);
  for (let time = 0; time < 2; time += 1) {
    const again = createHash('md5');
    for (const chunk of buffer.chunks()) again.update(chunk);
    t.is(again.digest('hex'), expected);
  }
  buffer.release();
});
