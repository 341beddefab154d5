// Archives in a real Swift.
import { createHash } from 'node:crypto';
import anyTest, { type TestFn } from 'ava';
import { InTheWayError, RemoteStoreError } from '../../../src/errors.js';
import { type SwiftServer, startSwift } from '../../support/offsite/swift-server.js';
import {
  LABELS,
  NAME,
  type TestStoreOptions,
  openTestStore,
  outgoing,
  readArchive,
} from '../../support/offsite/test-store.js';
import { randomBuffer } from '../../support/offsite/random-buffer.js';

const test = anyTest as TestFn;
let swift: SwiftServer;

test.before(async () => {
  swift = await startSwift();
});
test.after.always(async () => {
  await swift?.stop();
});

const MIB = 1024 * 1024;
/** Three segments, the last one small. */
const LARGE = randomBuffer(2 * MIB + 4321);

function open(typed: string, given: TestStoreOptions = {}): ReturnType<typeof openTestStore> {
  return openTestStore(typed, {
    environment: swift.environment,
    ...given,
    options: { segmentBytes: MIB, ...given.options },
  });
}

for (const [title, bytes] of Object.entries({
  'nothing at all': Buffer.alloc(0),
  'one segment': LARGE.subarray(0, MIB),
  'one segment and a byte': LARGE.subarray(0, MIB + 1),
  'several segments': LARGE,
})) {
  test(`an archive of ${title} comes back as it was, with its headers`, async (t) => {
    const { store } = open(`swift://sizes/${bytes.length}/`);
    const stored = await store.put(NAME, outgoing(bytes));
    t.is(stored.sizeBytes, bytes.length);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    t.deepEqual(stored.headers, { ...LABELS, sha256 });
    t.true(Math.abs(stored.storedAtMs - Date.now()) < 60_000);
    t.true((await readArchive(store)).equals(bytes));
    t.deepEqual(await store.list(), [stored]);
    t.deepEqual(await store.checkStored(NAME), []);
    await store.remove(NAME);
    t.deepEqual(await store.list(), []);
    await store.remove(NAME);
    await t.throwsAsync(readArchive(store), { instanceOf: RemoteStoreError });
  });
}

test('an archive is not replaced unasked, and is replaced whole', async (t) => {
  const { store } = open('swift://replaced');
  await store.put(NAME, outgoing(LARGE));
  await t.throwsAsync(store.put(NAME, outgoing(LARGE.subarray(1))), {
    instanceOf: InTheWayError,
  });
  t.true((await readArchive(store)).equals(LARGE));
  await store.put(NAME, outgoing(LARGE.subarray(1), { mayReplace: true }));
  t.true((await readArchive(store)).equals(LARGE.subarray(1)));
  t.deepEqual(await store.checkStored(NAME), []);
});
