// What every store promises, as tests that each kind of store runs.
import { createHash } from 'node:crypto';
import type { TestFn } from 'ava';
import { InTheWayError, RewindError } from '../../../src/errors.js';
import type { ArchiveStore } from '../../../src/offsite/stores/store.js';
import { randomBuffer } from './random-buffer.js';
import { LABELS, NAME, inChunks, outgoing, readArchive } from './test-store.js';

export interface ContractOptions {
  /** A store in a place of its own. */
  readonly open: (place: string) => ArchiveStore;
  readonly segmentBytes: number;
  /** Whether the store keeps clear headers beside an archive. */
  readonly hasHeaders: boolean;
  /**
   * Whether nothing is left of what an archive replaces. Swift's s3api keeps the parts of an object that is put over
   * another one.
   */
  readonly replacesCleanly: boolean;
  /** Whatever lies in the place of the store: names of objects, segments, parts and files. */
  readonly everything: (place: string) => Promise<readonly string[]>;
}

export function testContract(test: TestFn, kind: string, options: ContractOptions): void {
  const { open, segmentBytes, hasHeaders, replacesCleanly, everything } = options;
  const large = randomBuffer(2 * segmentBytes + 4321);

  for (const [title, bytes] of Object.entries({
    'nothing at all': Buffer.alloc(0),
    'one segment': large.subarray(0, segmentBytes),
    'one segment and a byte': large.subarray(0, segmentBytes + 1),
    'several segments': large,
  })) {
    test(`${kind}: an archive of ${title} comes back as it was`, async (t) => {
      const store = open(`sizes-${bytes.length}`);
      const stored = await store.put(NAME, outgoing(bytes));
      t.is(stored.sizeBytes, bytes.length);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      t.deepEqual(stored.headers, hasHeaders ? { ...LABELS, sha256 } : null);
      t.true(Math.abs(stored.storedAtMs - Date.now()) < 300_000);
      t.true((await readArchive(store)).equals(bytes));
      t.deepEqual(await store.list(), [stored]);
      if (bytes.length > 0) t.deepEqual(await store.checkStored(NAME), []);
      await store.remove(NAME);
      t.deepEqual(await store.list(), []);
      t.deepEqual(await everything(`sizes-${bytes.length}`), []);
      await store.remove(NAME);
      t.true((await t.throwsAsync(readArchive(store))) instanceof RewindError);
    });
  }

  test(`${kind}: an archive is not replaced unasked, and is replaced whole`, async (t) => {
    const store = open('replaced');
    await store.put(NAME, outgoing(large));
    const before = await everything('replaced');
    const other = large.subarray(1);
    const refused = { ...outgoing(other), chunks: unreadable() };
    await t.throwsAsync(store.put(NAME, refused), { instanceOf: InTheWayError });
    t.true((await readArchive(store)).equals(large));
    await store.put(NAME, outgoing(other, { mayReplace: true }));
    t.true((await readArchive(store)).equals(other));
    t.deepEqual(await store.checkStored(NAME), []);
    if (replacesCleanly) t.is((await everything('replaced')).length, before.length);
  });

  for (const afterBytes of [0, segmentBytes / 2, 2 * segmentBytes + 100]) {
    test(`${kind}: nothing is left of an archive that fails after ${afterBytes} bytes`, async (t) => {
      const place = `failed-${afterBytes}`;
      const store = open(place);
      const failure = new Error('the content has failed its digest');
      const chunks = failing(large, afterBytes, failure);
      const error = await t.throwsAsync(store.put(NAME, { ...outgoing(large), chunks }));
      t.is(error, failure);
      t.deepEqual(await everything(place), []);
      t.true((await t.throwsAsync(readArchive(store))) instanceof RewindError);
    });
  }

  test(`${kind}: an archive that is replaced stays if the new one fails`, async (t) => {
    const store = open('kept');
    await store.put(NAME, outgoing(large));
    const before = await everything('kept');
    const chunks = failing(large, segmentBytes + 1, new Error('no'));
    const replacing = { ...outgoing(large, { mayReplace: true }), chunks };
    await t.throwsAsync(store.put(NAME, replacing), { message: 'no' });
    t.true((await readArchive(store)).equals(large));
    t.deepEqual(await everything('kept'), before);
  });

  test(`${kind}: a store lists its own archives, and no others`, async (t) => {
    const store = open('listed');
    const below = open('listed/deeper');
    const names = ['redis-20261129T030000Z-9.tar.zst', NAME];
    for (const name of names.toReversed()) await store.put(name, outgoing(Buffer.from(name)));
    await below.put(NAME, outgoing(large));
    t.deepEqual((await store.list()).map(({ name }) => name).toSorted(), names.toSorted());
    t.is((await below.list()).length, 1);
    await store.remove(NAME);
    t.true((await readArchive(below)).equals(large));
    t.is(await store.removeLeftovers(), 0);
    t.true((await readArchive(below)).equals(large));
  });

  test(`${kind}: who stops reading in the middle frees what was open`, async (t) => {
    const store = open('middle');
    await store.put(NAME, outgoing(large));
    const { chunks, close } = await store.get(NAME);
    for await (const chunk of chunks) {
      t.true(chunk.length > 0);
      break;
    }
    close();
    (await store.get(NAME)).close();
    t.true((await readArchive(store)).equals(large));
  });
}

/** Whoever asks for a chunk has gone too far. */
async function* unreadable(): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.reject(new Error('the archive was read'));
}

async function* failing(
  bytes: Uint8Array,
  afterBytes: number,
  failure: Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* inChunks(bytes.subarray(0, afterBytes));
  throw failure;
}
