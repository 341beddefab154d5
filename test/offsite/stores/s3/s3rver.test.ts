// Archives in s3rver.
import test from 'ava';
import { type S3Server, startS3Server } from '../../../support/offsite/s3-server.js';
import { testContract } from '../../../support/offsite/store-contract.js';
import { CUTS, STATUSES, testTroubles } from '../../../support/offsite/test-troubles.js';
import { openTestStore } from '../../../support/offsite/test-store.js';

let server: S3Server;
test.before(async () => {
  server = await startS3Server();
});
test.after.always(async () => server?.stop());

testContract(test, 's3rver', {
  open: (place) => {
    const { environment, bucket } = server;
    const options = { segmentBytes: 5 * 1024 * 1024 };
    return openTestStore(`s3://${bucket}/${place}/`, { environment, options }).store;
  },
  segmentBytes: 5 * 1024 * 1024,
  hasHeaders: true,
  replacesCleanly: true,
  everything: async (place) => {
    const keys = await server.everything();
    return keys.filter((key) => key.startsWith(`${place}/`));
  },
});

testTroubles(test, 's3rver', {
  target: (place) => `s3://${server.bucket}/${place}/`,
  environment: (port) => ({
    ...server.environment,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  }),
  port: () => server.port,
  everything: async (place) => {
    const keys = await server.everything();
    return keys.filter((key) => key.startsWith(`${place}/`));
  },
  segmentBytes: 5 * 1024 * 1024,
  sequences: [STATUSES, CUTS],
});
