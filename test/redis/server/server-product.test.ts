// What a server is called: servers that descend from Redis also say which version of Redis they stand for.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { contactServer } from '../../../src/engine/server/contact-server.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { createTestContext } from '../../support/program/run-context.js';
import { honestReply, startFakeServer } from '../../support/redis/servers/fake-server.js';
import { serverRequest } from '../../support/redis/server-request.js';

for (const [fields, product, version, majorVersion] of [
  [['redis_version:7.0.15'], 'redis', '7.0.15', 7],
  [['redis_version:7.2.4', 'server_name:valkey', 'valkey_version:9.1.2'], 'valkey', '9.1.2', 7],
  [['redis_version:7.2.4', 'server_name:redict', 'redict_version:7.3.0'], 'redict', '7.3.0', 7],
  [['redis_version:7.2.4', 'redict_version:of our own'], 'redis', '7.2.4', 7],
] as const) {
  test(`${fields.join(', ')} is ${product} ${version}`, async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(path.join(directory, 'dump.rdb'), '');
    const { port } = await startFakeServer(t, (words) =>
      honestReply(words, { settings: { dir: directory }, info: { server: fields } }),
    );
    const { connection, facts } = await contactServer(
      serverRequest(port),
      null,
      createTestContext(),
    );
    t.teardown(() => connection.close());
    t.deepEqual(
      [facts.product, facts.version, facts.majorVersion],
      [product, version, majorVersion],
    );
  });
}
