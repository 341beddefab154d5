// Swift with the logins of a real Keystone v3: a password, an application credential, regions and interfaces.
import test from 'ava';
import { RemoteStoreError } from '../../../src/errors.js';
import { type KeystoneServer, startKeystone } from '../../support/offsite/keystone-server.js';
import { randomBuffer } from '../../support/offsite/random-buffer.js';
import { type SwiftServer, startSwift } from '../../support/offsite/swift-server.js';
import { NAME, openTestStore, outgoing, readArchive } from '../../support/offsite/test-store.js';

let keystone: KeystoneServer;
let swift: SwiftServer;

test.before(async () => {
  keystone = await startKeystone();
  swift = await startSwift({ keystone: { filters: keystone.filters } });
});
test.after.always(async () => {
  await swift?.stop();
  await keystone?.stop();
});

const MIB = 1024 * 1024;
const BYTES = randomBuffer(MIB + 1000);

async function tryStore(environment: Record<string, string>, container: string): Promise<Buffer> {
  const { store } = openTestStore(`swift://${container}`, {
    environment,
    options: { segmentBytes: MIB },
  });
  await store.put(NAME, outgoing(BYTES));
  const bytes = await readArchive(store);
  await store.remove(NAME);
  return bytes;
}

test.serial('a cloud without Swift is named as such', async (t) => {
  const error = await t.throwsAsync(tryStore(keystone.environment, 'none'), {
    instanceOf: RemoteStoreError,
  });
  t.is(error.trouble, 'missing');
  t.regex(error.message, /knows of no Swift/);
});

test.serial('an archive is sent with a password, and with an application credential', async (t) => {
  await keystone.addSwift('one', swift.port);
  t.true((await tryStore(keystone.environment, 'by-password')).equals(BYTES));
  t.true((await tryStore(keystone.applicationEnvironment, 'by-credential')).equals(BYTES));
});

test.serial('a wrong password or secret is said to be one, and is not tried twice', async (t) => {
  for (const environment of [
    { ...keystone.environment, OS_PASSWORD: 'wrong' },
    { ...keystone.environment, OS_PROJECT_NAME: 'wrong' },
    { ...keystone.applicationEnvironment, OS_APPLICATION_CREDENTIAL_SECRET: 'wrong' },
  ]) {
    const { store, pausesMs } = openTestStore('swift://x', { environment });
    const error = await t.throwsAsync(store.list(), { instanceOf: RemoteStoreError });
    t.is(error.trouble, 'credentials');
    t.deepEqual(pausesMs, []);
  }
});

test.serial('where Swift is in two regions, one must be chosen', async (t) => {
  await keystone.addSwift('two', swift.port);
  const error = await t.throwsAsync(tryStore(keystone.environment, 'where'), {
    instanceOf: RemoteStoreError,
  });
  t.regex(String(error.hint), /OS_REGION_NAME to one of: one, two|two, one/);
  const chosen = { ...keystone.environment, OS_REGION_NAME: 'two' };
  t.true((await tryStore(chosen, 'two')).equals(BYTES));
  const nowhere = { ...keystone.environment, OS_REGION_NAME: 'three' };
  await t.throwsAsync(tryStore(nowhere, 'three'), { message: /no Swift in the region/ });
  const inside = { ...chosen, OS_INTERFACE: 'internal' };
  await t.throwsAsync(tryStore(inside, 'inside'), { message: /no Swift for this project/ });
});
