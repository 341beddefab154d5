// What a recovery does with a real server: it is stopped and started by whoever supervises it, and asked for its keys.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../../redis/connection/connection.js';
import { Patience } from '../../redis/connection/patience.js';
import { startServer } from '../../redis/control/start-server.js';
import { type ServerStop, requireGone, stopServer } from '../../redis/control/stop-server.js';
import type { StartPlan, StopPlan } from '../../redis/control/supervision.js';
import { readServerFacts } from '../../redis/server/server-facts.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { inspectProcess } from '../../system/processes/process-origin.js';
import { type DirectoryIdentity, findServerIn } from '../../system/processes/server-processes.js';
import type { ProgramStart } from '../../system/processes/start-program.js';
import { type Note, lookNote } from '../run/notes.js';
import type { ProgressEvent, RunContext } from '../run/run-context.js';
import { compareKeys } from './compare-keys.js';
import { loadWithAofOff } from './loading/load-with-aof-off.js';
import { requireAof } from './loading/require-aof.js';
import type { TargetSettings } from './plan/recovery-facts.js';
import type { ExpectedKeys } from './plan/recovery-plan.js';
import type { ServerControl } from './run-recovery.js';

export interface LiveControlParts {
  /** Of the server's directory, a real path; and what it leads to. */
  readonly path: BytePath;
  readonly directory: DirectoryIdentity;
  readonly settings: TargetSettings;
  readonly stop: StopPlan;
  readonly start: StartPlan;
  /** How the server is started to load a dump with its AOF off first (`classic`); null where that is not needed. */
  readonly loadingStart: ProgramStart | null;
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
    const { directory, stop, shutdown, context } = this.#parts;
    const processId = findServerIn(directory);
    const server = processId === null ? null : inspectProcess(processId);
    // Nobody supervises a server that a person starts by hand, and one may run by now.
    const plan: StopPlan = stop.kind === 'nothing' && server !== null ? { kind: 'shutdown' } : stop;
    const asks = plan.kind === 'shutdown' && server !== null;
    const connection = asks ? await this.#connectToStop() : null;
    try {
      await stopServer({
        plan,
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

  isUp(): boolean {
    return findServerIn(this.#parts.directory) !== null;
  }

  requireGone(): void {
    requireGone(this.#parts.directory);
  }

  async start(): Promise<void> {
    const { directory, path, settings, stop, start, loadingStart, context } = this.#parts;
    const { fileSystem, checkpoint } = context;
    const shared = {
      fileSystem,
      directory,
      settings,
      connect: this.#parts.connect,
      patience: this.#patience(),
      checkpoint,
      onLoading: this.#onProgress('loading'),
      onRewriting: this.#onProgress('rewriting'),
    };
    if (loadingStart !== null) {
      await loadWithAofOff({ ...shared, command: loadingStart, stop, path });
    }
    if (start.kind === 'by-hand') return;
    // A run that was killed may have started it.
    const isStarted = start.kind === 'again' && findServerIn(directory) !== null;
    const plan = isStarted ? ({ kind: 'program', words: ['true'] } as const) : start;
    const connection = await startServer({ ...shared, plan });
    try {
      await requireAof({ ...shared, connection, path });
    } finally {
      connection.close();
    }
  }

  async check(): Promise<readonly Note[]> {
    const { connect, expected, start, path } = this.#parts;
    if (start.kind === 'by-hand') return [notStarted(path, start.command)];
    const connection = await connect();
    try {
      const { databases } = await readServerFacts(connection, this.#patience(), () => undefined);
      return compareKeys(expected, databases);
    } finally {
      connection.close();
    }
  }

  /** Null where the server does not answer: it is then told by a signal. */
  async #connectToStop(): Promise<ServerConnection | null> {
    try {
      return await this.#parts.connect();
    } catch (error) {
      if (error instanceof ServerError && error.trouble === 'unreachable') return null;
      throw error;
    }
  }

  #onProgress(phase: ProgressEvent['phase']): (done: number, total: number) => void {
    const { onProgress } = this.#parts.context;
    return (doneBytes, totalBytes) => onProgress({ phase, path: null, doneBytes, totalBytes });
  }

  #patience(): Patience {
    const { context, waitTimeoutMs } = this.#parts;
    return new Patience(context.clock, context.checkpoint, waitTimeoutMs);
  }
}

function notStarted(directory: BytePath, command: string | null): Note {
  return lookNote(
    'not-started',
    directory,
    `the files are in '${formatPath(directory)}', and the server was not started, so nobody has compared its keys`,
    command === null ? 'start it as you always do' : `start it: ${command}`,
  );
}
