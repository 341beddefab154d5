// What a recovery does with a real server: it is stopped and started by whoever supervises it, and asked for its keys.
import type { ServerConnection } from '../../redis/connection/connection.js';
import { Patience } from '../../redis/connection/patience.js';
import { startServer } from '../../redis/control/start-server.js';
import { type ServerStop, requireGone, stopServer } from '../../redis/control/stop-server.js';
import type { StartPlan, StopPlan } from '../../redis/control/supervision.js';
import { readServerFacts } from '../../redis/server/server-facts.js';
import { inspectProcess } from '../../system/processes/process-origin.js';
import { type DirectoryIdentity, findServerIn } from '../../system/processes/server-processes.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { compareKeys } from './compare-keys.js';
import type { ExpectedKeys } from './plan/recovery-plan.js';
import type { ServerControl } from './run-recovery.js';

export interface LiveControlParts {
  readonly directory: DirectoryIdentity;
  readonly stop: StopPlan;
  readonly start: Exclude<StartPlan, { kind: 'by-hand' }>;
  readonly shutdown: ServerStop['shutdown'];
  readonly expected: ExpectedKeys;
  /** Connects to the server where it answers. */
  readonly connect: () => Promise<ServerConnection>;
  readonly keepPresent: () => Promise<readonly Note[]>;
  /** How long each of stopping and starting may take. */
  readonly waitTimeoutMs: number;
  readonly context: RunContext;
}

export class LiveControl implements ServerControl {
  readonly #parts: LiveControlParts;

  constructor(parts: LiveControlParts) {
    this.#parts = parts;
  }

  keepPresent(): Promise<readonly Note[]> {
    return this.#parts.keepPresent();
  }

  /** A server that is stopped already is told again all the same: its supervisor must not start it meanwhile. */
  async stop(): Promise<void> {
    const { directory, stop, shutdown, connect, context } = this.#parts;
    const processId = findServerIn(directory);
    const server = processId === null ? null : inspectProcess(processId);
    const asks = stop.kind === 'shutdown' && server !== null;
    const connection = asks ? await connect() : null;
    try {
      await stopServer({
        plan: stop,
        server,
        directory,
        connection,
        shutdown,
        patience: this.#patience(),
        checkpoint: context.checkpoint,
      });
    } finally {
      connection?.close();
    }
  }

  requireGone(): void {
    requireGone(this.#parts.directory);
  }

  async start(): Promise<void> {
    const { directory, start, context } = this.#parts;
    // A run that was killed may have started it.
    const isStarted = start.kind === 'again' && findServerIn(directory) !== null;
    const connection = await startServer({
      plan: isStarted ? { kind: 'program', words: ['true'] } : start,
      connect: this.#parts.connect,
      patience: this.#patience(),
      checkpoint: context.checkpoint,
      onLoading: (doneBytes, totalBytes) =>
        context.onProgress({ phase: 'loading', path: null, doneBytes, totalBytes }),
    });
    connection.close();
  }

  async check(): Promise<readonly Note[]> {
    const { connect, expected } = this.#parts;
    const connection = await connect();
    try {
      const { databases } = await readServerFacts(connection, this.#patience(), () => undefined);
      return compareKeys(expected, databases);
    } finally {
      connection.close();
    }
  }

  #patience(): Patience {
    const { context, waitTimeoutMs } = this.#parts;
    return new Patience(context.clock, context.checkpoint, waitTimeoutMs);
  }
}
