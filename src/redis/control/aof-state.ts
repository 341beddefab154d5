// What a server says of its AOF (INFO persistence), and what follows from it while the AOF is being switched on.
// The status of the last rewrite says `ok` before there ever was one, and `err` may be of a rewrite long ago. So
// what is said now is compared with what was said before.
import type { ServerConnection } from '../connection/connection.js';
import { type ServerInfo, infoFlag, infoNumber, readInfo } from '../connection/server-info.js';

export interface AofState {
  readonly isEnabled: boolean;
  readonly isScheduled: boolean;
  readonly isRewriting: boolean;
  /** Whether the last rewrite has failed. */
  readonly hasFailed: boolean;
  /** How many rewrites were begun; null before Redis 7.0. */
  readonly rewrites: number | null;
  /** Whether the last write to the AOF has failed, as on a full disk. */
  readonly isWriteFailing: boolean;
  /** Of the rewrite that runs; 0 where the server does not count. */
  readonly doneKeys: number;
  readonly totalKeys: number;
}

/** @throws ServerError */
export async function readAofState(connection: ServerConnection): Promise<AofState> {
  return toAofState(await readInfo(connection, ['persistence']));
}

export function toAofState(info: ServerInfo): AofState {
  return {
    isEnabled: infoFlag(info, 'aof_enabled'),
    isScheduled: infoFlag(info, 'aof_rewrite_scheduled'),
    isRewriting: infoFlag(info, 'aof_rewrite_in_progress'),
    hasFailed: info.get('aof_last_bgrewrite_status') === 'err',
    rewrites: infoNumber(info, 'aof_rewrites'),
    isWriteFailing: info.get('aof_last_write_status') === 'err',
    doneKeys: infoNumber(info, 'current_save_keys_processed') ?? 0,
    totalKeys: infoNumber(info, 'current_save_keys_total') ?? 0,
  };
}

/**
 * `waiting`: a rewrite runs, or is about to. `done`: none does, and the AOF is on. `failed`: a rewrite has failed since
 * `before`; the server may try again. `off`: somebody has switched the AOF off.
 */
export type AofProgress = 'waiting' | 'done' | 'failed' | 'off';

/**
 * @param before what was said before the AOF was switched on, or where it was on already, at the beginning
 * @param sawRewrite whether a rewrite was seen to run since then
 */
export function judgeAof(before: AofState, now: AofState, sawRewrite: boolean): AofProgress {
  if (!now.isEnabled) return 'off';
  if (now.hasFailed && hasFailedSince(before, now, sawRewrite)) return 'failed';
  return now.isScheduled || now.isRewriting ? 'waiting' : 'done';
}

function hasFailedSince(before: AofState, now: AofState, sawRewrite: boolean): boolean {
  if (!before.hasFailed) return true;
  const [endedBefore, ended] = [endedRewrites(before), endedRewrites(now)];
  if (endedBefore === null || ended === null) return sawRewrite && !now.isRewriting;
  return ended > endedBefore;
}

function endedRewrites({ rewrites, isRewriting }: AofState): number | null {
  return rewrites === null ? null : rewrites - (isRewriting ? 1 : 0);
}
