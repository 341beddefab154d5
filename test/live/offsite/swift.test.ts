// Archives in a real Swift: through its own protocol, and through S3, which its s3api speaks. One server for all
// tests of this file, each in a place of its own.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { S3mini } from 's3mini';
import { randomBuffer } from '../../support/offsite/random-buffer.js';
import { testContract } from '../../support/offsite/store-contract.js';
import { askSwift, listSwift } from '../../support/offsite/swift-contents.js';
import { type SwiftServer, startSwift } from '../../support/offsite/swift-server.js';
import { NAME, openTestStore, outgoing } from '../../support/offsite/test-store.js';
import { testKills } from '../../support/offsite/test-kills.js';
import { CUTS, STATUSES, UNAUTHORIZED, testTroubles } from '../../support/offsite/test-troubles.js';

let swift: SwiftServer;
test.before(async () => {
  swift = await startSwift();
  await askSwift(swift, 'PUT', 'bucket');
});
test.after.always(async () => swift?.stop());

const MIB = 1024 * 1024;

/** The S3 protocol on the same port. */
function s3Environment(port: number): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: swift.environment['ST_USER'] ?? '',
    AWS_SECRET_ACCESS_KEY: swift.environment['ST_KEY'] ?? '',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  };
}

const KINDS = {
  swift: {
    target: (place: string) => `swift://backups/${place}/`,
    environment: (port: number) => ({
      ...swift.environment,
      ST_AUTH: `http://127.0.0.1:${port}/auth/v1.0`,
    }),
    containers: ['backups', 'backups_segments'],
    segmentBytes: MIB,
  },
  s3api: {
    target: (place: string) => `s3://bucket/${place}/`,
    environment: s3Environment,
    containers: ['bucket', 'bucket+segments'],
    segmentBytes: 5 * MIB,
  },
};

for (const [kind, { target, environment, containers, segmentBytes }] of Object.entries(KINDS)) {
  const everything = async (place: string): Promise<readonly string[]> =>
    listSwift(swift, containers, `${place}/`);
  testContract(test, kind, {
    open: (place) =>
      openTestStore(target(place), {
        environment: environment(swift.port),
        options: { segmentBytes },
      }).store,
    segmentBytes,
    hasHeaders: true,
    replacesCleanly: kind === 'swift',
    everything,
  });
  const remote = {
    target,
    environment,
    port: () => swift.port,
    everything,
    segmentBytes,
    // test/offsite/stores/s3/s3rver.test.ts tries all of them through S3.
    sequences: kind === 'swift' ? [STATUSES, CUTS, UNAUTHORIZED] : [CUTS],
  };
  testTroubles(test, kind, remote);
  testKills(test, kind, remote);
}

test('swift: a check finds a segment that is gone, another one, or a lost digest', async (t) => {
  const { store } = openTestStore('swift://backups/checked/', {
    environment: swift.environment,
    options: { segmentBytes: MIB },
  });
  const bytes = randomBuffer(2 * MIB + 5);
  await store.put(NAME, outgoing(bytes));
  const segments = await listSwift(swift, ['backups_segments'], 'checked/');
  t.is(segments.length, 3);
  const path = (index: number): string => segments[index] ?? '';
  t.deepEqual(await store.checkStored(NAME), []);
  await askSwift(swift, 'PUT', path(1), { body: randomBuffer(MIB, 9) });
  t.regex((await store.checkStored(NAME)).join('\n'), /segment 2, .* is not what was sent/);
  await askSwift(swift, 'PUT', path(1), { body: Buffer.alloc(7) });
  t.regex((await store.checkStored(NAME)).join('\n'), /segment 2, .* has 7 bytes, not 1048576/);
  await askSwift(swift, 'DELETE', path(1));
  t.regex((await store.checkStored(NAME)).join('\n'), /segment 2, .* is not there/);
  await askSwift(swift, 'PUT', path(1), { body: bytes.subarray(MIB, 2 * MIB) });
  t.deepEqual(await store.checkStored(NAME), []);
  await askSwift(swift, 'POST', `backups/checked/${NAME}`);
  t.regex((await store.checkStored(NAME)).join('\n'), /has lost the SHA-256/);
  t.is((await store.list())[0]?.headers, null);
  t.regex((await store.checkStored('none')).join('\n'), /is not there/);
});

test("swift: what another machine may still be sending stays for a day, by the server's clock", async (t) => {
  const segment = 'young/redis-20261128T030000Z-3.tar.zst/1795000000000-0123456789abcdef/00000001';
  const { store } = openTestStore('swift://backups/young/', { environment: swift.environment });
  await store.put(NAME, outgoing(Buffer.from('whole')));
  await askSwift(swift, 'PUT', 'backups_segments');
  t.is(await askSwift(swift, 'PUT', `backups_segments/${segment}`, { body: Buffer.alloc(3) }), 201);
  t.is(await store.removeLeftovers(), 0);
  t.is((await listSwift(swift, ['backups_segments'], 'young/')).length, 1);
  t.deepEqual(
    (await store.list()).map(({ name }) => name),
    [NAME],
  );
});

test("Debian's swift client reads an archive in segments", async (t) => {
  const bytes = randomBuffer(2 * MIB + 5);
  const { store } = openTestStore('swift://backups/client/', {
    environment: swift.environment,
    options: { segmentBytes: MIB },
  });
  await store.put(NAME, outgoing(bytes));
  const options = {
    encoding: 'buffer',
    maxBuffer: 1 << 24,
    env: { ...process.env, ...swift.environment },
  } as const;
  const args = ['download', 'backups', `client/${NAME}`, '--output', '-'];
  const { stdout } = await promisify(execFile)('swift', args, options);
  t.true(stdout.equals(bytes));
});

test('s3mini, another client of S3, lists and reads what was sent in parts', async (t) => {
  const bytes = randomBuffer(5 * MIB + 5);
  const environment = s3Environment(swift.port);
  const { store } = openTestStore('s3://bucket/mini/', {
    environment,
    options: { segmentBytes: 5 * MIB },
  });
  await store.put(NAME, outgoing(bytes));
  const client = new S3mini({
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    endpoint: `${environment['AWS_ENDPOINT_URL']}/bucket`,
    region: 'us-east-1',
  });
  const listed = (await client.listObjects('/', 'mini/')) ?? [];
  t.true(listed.some(({ Key }) => Key === `mini/${NAME}`));
  const read = await client.getObjectArrayBuffer(`mini/${NAME}`);
  t.true(Buffer.from(read ?? new ArrayBuffer(0)).equals(bytes));
});
