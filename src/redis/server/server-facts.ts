// What a server says about itself: version, role, contents, persistence. Read once before a backup.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { formatEndpoint } from '../connection/server-access.js';
import {
  type ServerInfo,
  infoFlag,
  infoNumber,
  infoWord,
  readInfo,
} from '../connection/server-info.js';
import { readServerTime } from './server-time.js';

export interface DatabaseSize {
  readonly database: number;
  readonly keys: number;
  /** Keys that have a time to live. */
  readonly expiringKeys: number;
}

/** Those that descend from Redis say their own version beside that of Redis. */
const DESCENDANTS = ['valkey', 'redict'] as const;

export type ServerProduct = 'redis' | (typeof DESCENDANTS)[number];

export interface ServerFacts {
  /** Such as `7.0.15`; for Valkey and Redict their own, not the version of Redis that they stand for. */
  readonly version: string;
  readonly product: ServerProduct;
  /** Of the version of Redis that the server is or stands for. */
  readonly majorVersion: number;
  readonly runId: string;
  readonly processId: number | null;
  readonly uptimeSeconds: number | null;
  readonly role: 'primary' | 'replica';
  /** For a replica: the address of its primary, such as `10.0.0.5:6379`. */
  readonly primary: string | null;
  /** For a replica: whether it is connected to its primary. True for a primary. */
  readonly isLinkUp: boolean;
  readonly replicationOffset: number | null;
  /** Only databases with keys, by ascending number. */
  readonly databases: readonly DatabaseSize[];
  readonly usedMemoryBytes: number | null;
  readonly isAofEnabled: boolean;
  /** Of the last write: `ok` or `err`; null where the AOF is off. */
  readonly aofStatus: string | null;
  /** Of the last BGSAVE: `ok` or `err`. */
  readonly saveStatus: string | null;
  /** Seconds since 1970 by the server's clock, when it was asked. */
  readonly timeSeconds: number;
  /** When the last save ended (LASTSAVE). */
  readonly lastSaveSeconds: number | null;
}

/**
 * Waits until the server has loaded its data, then asks for all facts.
 * @param onLoading called while it loads
 * @throws ServerError
 */
export async function readServerFacts(
  connection: ServerConnection,
  patience: Patience,
  onLoading: (loadedBytes: number, totalBytes: number) => void,
): Promise<ServerFacts> {
  await patience.until(
    async () => {
      const info = await patience.whileOccupied(async () => readInfo(connection, ['persistence']));
      if (!infoFlag(info, 'loading') && !infoFlag(info, 'async_loading')) return true;
      onLoading(
        infoNumber(info, 'loading_loaded_bytes') ?? 0,
        infoNumber(info, 'loading_total_bytes') ?? 0,
      );
      return null;
    },
    () =>
      new ServerError('occupied', `Redis at ${connection.address} is still loading its data`, {
        address: connection.address,

        hint: 'raise --wait-timeout to wait longer',
      }),
  );
  const info = await readInfo(connection, [
    'server',
    'persistence',
    'replication',
    'memory',
    'keyspace',
  ]);
  if (info.get('redis_mode') === 'sentinel') {
    throw new ServerError('foreign', `Redis at ${connection.address} is a Sentinel, not a server`, {
      address: connection.address,

      hint: `to ask it where the server is, use --sentinel ${connection.address}`,
    });
  }
  return toFacts(connection.address, info, await readServerTime(connection));
}

function toFacts(address: string, info: ServerInfo, timeSeconds: number): ServerFacts {
  const redisVersion = readVersion(info, 'redis_version');
  if (redisVersion === null) {
    throw new ServerError('foreign', `Redis at ${address} does not report its version`, {
      address,

      hint: 'check that it is a Redis or Valkey server, not a Sentinel or a proxy',
    });
  }
  const product = DESCENDANTS.find((name) => readVersion(info, `${name}_version`) !== null);
  const isReplica = info.get('role') === 'slave';
  const isAofEnabled = infoFlag(info, 'aof_enabled');
  return {
    version: (product && readVersion(info, `${product}_version`)) ?? redisVersion,
    product: product ?? 'redis',
    majorVersion: Number.parseInt(redisVersion, 10),
    runId: infoWord(info, 'run_id') ?? '',
    processId: infoNumber(info, 'process_id'),
    uptimeSeconds: infoNumber(info, 'uptime_in_seconds'),
    role: isReplica ? 'replica' : 'primary',
    primary: isReplica ? primaryOf(info) : null,
    isLinkUp: !isReplica || info.get('master_link_status') === 'up',
    replicationOffset: infoNumber(info, isReplica ? 'slave_repl_offset' : 'master_repl_offset'),
    databases: readDatabases(info),
    usedMemoryBytes: infoNumber(info, 'used_memory'),
    isAofEnabled,
    aofStatus: isAofEnabled ? infoWord(info, 'aof_last_write_status') : null,
    saveStatus: infoWord(info, 'rdb_last_bgsave_status'),
    timeSeconds,
    lastSaveSeconds: infoNumber(info, 'rdb_last_save_time'),
  };
}

/** Such as `7.0.15`; null where it is not a version. */
function readVersion(info: ServerInfo, field: string): string | null {
  const version = infoWord(info, field);
  return version !== null && /^[0-9]+\b/.test(version) ? version : null;
}

function primaryOf(info: ServerInfo): string | null {
  const host = infoWord(info, 'master_host');
  const port = infoNumber(info, 'master_port');
  return host === null || port === null ? null : formatEndpoint({ kind: 'tcp', host, port });
}

/** Reads lines such as `db0:keys=12,expires=3,avg_ttl=0`. */
function readDatabases(info: ServerInfo): DatabaseSize[] {
  return [...info]
    .flatMap(([field, value]) => {
      const database = /^db(0|[1-9][0-9]{0,9})$/.exec(field)?.[1];
      const counts = /^keys=([0-9]{1,15}),expires=([0-9]{1,15})(?![0-9])/.exec(value);
      if (database === undefined || counts === null) return [];
      const [, keys, expiringKeys] = counts;
      return [
        { database: Number(database), keys: Number(keys), expiringKeys: Number(expiringKeys) },
      ];
    })
    .toSorted((a, b) => a.database - b.database);
}
