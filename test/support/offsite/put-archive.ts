// Sends an archive to a store, as a process of its own that a test can kill. All it needs is in the environment.
import { randomBuffer } from './random-buffer.js';
import { NAME, openTestStore, outgoing } from './test-store.js';

const environment = Object.fromEntries(
  Object.entries(process.env).map(([name, value]) => [name, value ?? '']),
);
const { store } = openTestStore(environment['TEST_TARGET'] ?? '', {
  environment,
  options: { segmentBytes: Number(environment['TEST_SEGMENT_BYTES']) },
});
await store.put(NAME, outgoing(randomBuffer(Number(environment['TEST_BYTES']), 5)));
process.exit();
