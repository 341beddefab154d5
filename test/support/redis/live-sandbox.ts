// A running server with its directory, and a repository that does not exist yet: where tests of backups of
// servers begin.
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import type { ServerRequest } from '../../../src/engine/server/server-request.js';
import type { SnapshotSummary } from '../../../src/engine/snapshot/snapshot-summary.js';
import type { TeardownContext } from '../files/temporary-directory.js';
import { createTestContext } from '../program/run-context.js';
import { type Sandbox, createSandbox } from '../sandbox/sandbox.js';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from './servers/redis-server.js';
import { serverRequest } from './server-request.js';

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

const WAIT_LIMIT_MS = 60_000;

/** Waits until a save of the server runs. The save must last long enough to be seen. @throws after a minute */
export async function untilSaving(server: RedisServer): Promise<void> {
  await untilSaveIs(server, 'running');
}

/** Waits until no save of the server runs. @throws after a minute */
export async function untilSaved(server: RedisServer): Promise<void> {
  await untilSaveIs(server, 'over');
}

async function untilSaveIs({ client }: RedisServer, state: 'running' | 'over'): Promise<void> {
  const field = `rdb_bgsave_in_progress:${state === 'running' ? 1 : 0}`;
  const startedMs = performance.now();
  while (!(await client.info('persistence')).includes(field)) {
    if (performance.now() - startedMs > WAIT_LIMIT_MS) {
      throw new Error(`no save was ${state} within ${WAIT_LIMIT_MS} ms`);
    }
    await delay(10);
  }
}
