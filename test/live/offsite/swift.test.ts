// Archives in a real Swift: through its own protocol, and through S3, which its s3api speaks. One server for all
// tests of this file, each in a place of its own.
import test from 'ava';
import { testContract } from '../../support/offsite/store-contract.js';
import { askSwift, listSwift } from '../../support/offsite/swift-contents.js';
import { type SwiftServer, startSwift } from '../../support/offsite/swift-server.js';
import { openTestStore } from '../../support/offsite/test-store.js';
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
