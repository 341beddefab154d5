// What a server said before a backup, as reports show it.
import type { OpenDump } from '../redis/dump-file.js';
import type { LiveServer } from '../redis/live-server.js';
import type { SavePlan } from '../redis/plan-save.js';
import { type BytePath, formatPath } from '../system/byte-path.js';
import { type CapturedSource, capturedBytes } from './capture-plan.js';
import type { AofReport, ServerReport } from './reports.js';
import { formatTime } from './time-spec.js';

/** @param dump the one that was saved for this backup, or null */
export function reportServer(
  { connection, sentinels, facts, settings }: LiveServer,
  save: SavePlan['how'],
  dump: OpenDump | null,
  files: ReadonlyMap<BytePath, CapturedSource>,
): ServerReport {
  const createdSeconds = dump?.createdSeconds ?? null;
  return {
    product: facts.product,
    version: facts.version,
    runId: facts.runId,
    address: connection.server,
    role: facts.role,
    primary: facts.primary,
    masterName: sentinels?.masterName ?? null,
    replicationOffset: facts.replicationOffset,
    databases: facts.databases,
    usedMemoryBytes: facts.usedMemoryBytes,
    maxmemoryPolicy: settings.maxmemoryPolicy,
    save,
    dumpTime: createdSeconds === null ? null : formatTime(createdSeconds),
    aof: facts.isAofEnabled ? reportAof(facts.aofStatus, settings.dumpName, files) : null,
  };
}

function reportAof(
  status: string | null,
  dumpName: BytePath,
  files: ReadonlyMap<BytePath, CapturedSource>,
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
