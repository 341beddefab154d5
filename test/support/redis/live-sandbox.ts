// A running server with its directory, and a repository that is not there yet: what tests of backups of
// servers start from.
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import type { SnapshotSummary } from '../../../src/engine/snapshot/snapshot-summary.js';
import type { ServerRequest } from '../../../src/engine/server/server-request.js';
import { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server.js';
import { createTestContext } from '../program/run-context.js';
import { serverRequest } from './server-request.js';
import type { TeardownContext } from '../files/temporary-directory.js';
import { type Sandbox, createSandbox } from '../sandbox/sandbox.js';

/** With what the server said at hand. */
export type LiveReport = BackupReport & Pick<SnapshotSummary, 'server'>;

export interface LiveSandbox {
  readonly sandbox: Sandbox;
  readonly server: RedisServer;
  /** A backup without SOURCE. */
  readonly backup: (changes?: Partial<ServerRequest>) => Promise<LiveReport>;
}

/** The server is stopped when the test ends, if it still runs. */
export async function createLiveSandbox(
  t: TeardownContext,
  options: Omit<RedisServerOptions, 'directory'> = {},
): Promise<LiveSandbox> {
  const sandbox = await createSandbox(t, { context: createTestContext({ hostName: hostname() }) });
  const server = await startRedisServer({ ...options, directory: sandbox.source });
  t.teardown(async () => server.stop());
  return {
    sandbox,
    server,
    async backup(changes) {
      const report = await sandbox.backup({
        source: null,
        server: serverRequest(server.port, changes),
        examine: true,
        afterSeconds: 1,
      });
      return { ...report, server: report.snapshot.server };
    },
  };
}

/** Waits until a save of the server runs. */
export async function untilSaving({ client }: RedisServer): Promise<void> {
  while (!(await client.info('persistence')).includes('rdb_bgsave_in_progress:1')) await delay(10);
}
