// Waits until a server has written an AOF of all its data. Until then its AOF is on in name only, and a server that
// starts again finds none, or an old one.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { type AofProgress, type AofState, judgeAof, readAofState } from './aof-state.js';

export interface AofWait {
  readonly connection: ServerConnection;
  readonly patience: Patience;
  /** As `judgeAof` takes it. */
  readonly before: AofState;
  /** Called while a rewrite runs; `totalKeys` is 0 where the server does not count. */
  readonly onProgress: (doneKeys: number, totalKeys: number) => void;
}

export interface AofOutcome {
  readonly progress: Exclude<AofProgress, 'waiting'>;
  readonly state: AofState;
}

/** @throws ServerError where the server is still at it after --wait-timeout; it then goes on by itself */
export async function waitForAof(wait: AofWait): Promise<AofOutcome> {
  const { connection, patience, before, onProgress } = wait;
  let sawRewrite = false;
  return patience.until(
    async () => {
      const state = await patience.whileOccupied(async () => readAofState(connection));
      sawRewrite ||= state.isRewriting;
      const progress = judgeAof(before, state, sawRewrite);
      onProgress(state.doneKeys, state.totalKeys);
      if (progress !== 'waiting') return { progress, state };
      // What failed before and has not got better by now counts as failed.
      return patience.isOver && state.hasFailed ? { progress: 'failed', state } : null;
    },
    () =>
      new ServerError('timeout', `Redis at ${connection.address} is still writing its AOF`, {
        address: connection.address,
        hint: 'raise --wait-timeout to wait longer',
      }),
  );
}
