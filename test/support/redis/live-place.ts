// A running server with its directory, and a repository that is not there yet: what tests of backups of
// servers start from.
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import type { SnapshotSummary } from '../../../src/engine/snapshot/snapshot-summary.js';
import type { ServerRequest } from '../../../src/engine/server/server-request.js';
import { backup } from '../../../src/engine/backup/backup.js';
import { type BackupPlace, createBackupPlace } from '../repository/backup-place.js';
import { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server.js';
import { createTestContext } from '../program/run-context.js';
import { serverRequest } from './server-request.js';
import type { TeardownContext } from '../files/temporary-directory.js';

/** With what the server said at hand. */
export type LiveReport = BackupReport & Pick<SnapshotSummary, 'server'>;

export interface LivePlace {
  readonly place: BackupPlace;
  readonly server: RedisServer;
  /** A backup without SOURCE. */
  readonly backup: (changes?: Partial<ServerRequest>) => Promise<LiveReport>;
}

/** The server is stopped when the test ends, if it still runs. */
export async function createLivePlace(
  t: TeardownContext,
  options: Omit<RedisServerOptions, 'directory'> = {},
): Promise<LivePlace> {
  const place = await createBackupPlace(t, createTestContext({ hostName: hostname() }));
  const server = await startRedisServer({ ...options, directory: place.source });
  t.teardown(async () => server.stop());
  return {
    place,
    server,
    async backup(changes) {
      place.context.advance(1);
      const request = { ...place.backupRequest({ examine: true }), source: null };
      const report = await backup(
        { ...request, server: serverRequest(server.port, changes) },
        place.context,
      );
      return { ...report, server: report.snapshot.server };
    },
  };
}

/** Waits until a save of the server runs. */
export async function untilSaving({ client }: RedisServer): Promise<void> {
  while (!(await client.info('persistence')).includes('rdb_bgsave_in_progress:1')) await delay(10);
}
