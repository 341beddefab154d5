// What a server said before a backup, as reports show it.
import type { OpenDump } from '../../redis/capture/dump-file.js';
import type { SavePlan } from '../../redis/capture/plan-save.js';
import type { LiveServer } from '../../redis/server/live-server.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';
import { type CapturedFile, capturedBytes } from './capture-plan.js';

/** One file of the append-only file as it was captured. */
export interface AofFileReport {
  readonly path: string;
  readonly sizeBytes: number;
  /** How much was left out at its end: a command, or a transaction, that was not whole yet. */
  readonly trimmedBytes: number;
}

export interface AofReport {
  /** `ok` or `err`, as INFO has it for the last write; null where it does not say. */
  readonly status: string | null;
  /** In the order in which a server loads them. */
  readonly files: readonly AofFileReport[];
}

/** What a server said when a snapshot was taken of its files. */
export interface ServerReport {
  readonly product: 'redis' | 'valkey' | 'redict';
  readonly version: string;
  readonly runId: string;
  /**
   * Where it was contacted: `HOST:PORT`, or the path of its socket in quotes. Null for a snapshot of a
   * program that did not record it yet.
   */
  readonly address: string | null;
  readonly role: 'primary' | 'replica';
  /** Of a replica: the address of its primary. */
  readonly primary: string | null;
  /** The name under which Sentinels know its primary; null where none was asked. */
  readonly masterName: string | null;
  readonly replicationOffset: number | null;
  /** By ascending number; only databases that hold keys. */
  readonly databases: readonly {
    readonly database: number;
    readonly keys: number;
    /** Keys that have a time to live. */
    readonly expiringKeys: number;
  }[];
  readonly usedMemoryBytes: number | null;
  readonly maxmemoryPolicy: string | null;
  /** How it was asked to save before the snapshot. */
  readonly save: 'bgsave' | 'save' | 'none';
  /** When it began to write the dump that was saved for this snapshot; null where none was. */
  readonly dumpTime: string | null;
  /** Null where its AOF is off. */
  readonly aof: AofReport | null;
}

/** @param dump the one that was saved for this backup, or null */
export function reportServer(
  { connection, sentinels, facts, settings }: LiveServer,
  save: SavePlan['how'],
  dump: OpenDump | null,
  files: ReadonlyMap<BytePath, CapturedFile>,
): ServerReport {
  return {
    product: facts.product,
    version: facts.version,
    runId: facts.runId,
    address: connection.address,
    role: facts.role,
    primary: facts.primary,
    masterName: sentinels?.masterName ?? null,
    replicationOffset: facts.replicationOffset,
    databases: facts.databases,
    usedMemoryBytes: facts.usedMemoryBytes,
    maxmemoryPolicy: settings.maxmemoryPolicy,
    save,
    dumpTime: formatTimeOrNull(dump?.createdSeconds),
    aof: facts.isAofEnabled ? reportAof(facts.aofStatus, settings.dumpName, files) : null,
  };
}

function reportAof(
  status: string | null,
  dumpName: BytePath,
  files: ReadonlyMap<BytePath, CapturedFile>,
): AofReport {
  const parts = [...files].filter(([path, { kind }]) => kind === 'open' && path !== dumpName);
  return {
    status,
    files: parts.map(([path, captured]) => {
      const sizeBytes = capturedBytes(captured);
      const trimmedBytes = Number(captured.stat.size) - sizeBytes;
      return { path: formatPath(path), sizeBytes, trimmedBytes };
    }),
  };
}
