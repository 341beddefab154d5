// Runs the real command line as a child process, as a crontab or a person would: own environment,
// own time zone, stdout and stderr kept apart, and the exit code as the system saw it.
import { spawn } from 'node:child_process';

import { mainScript } from './project-paths.js';

export interface CliOptions {
  readonly cwd?: string;
  /** Added to the environment of this process; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The child's TZ; without it the tests are run in UTC. */
  readonly timeZone?: string;
  /** Bytes for stdin, which is empty otherwise. */
  readonly input?: string | Buffer;
  /** Run as this user and group; needs root. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface CliResult {
  readonly args: readonly string[];
  /** The exit code; null where a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as one JSON value; throws, showing the whole output, where it is none. */
  json(): unknown;
}

/** Runs `redis-rewind ...args` to its end. Never throws for an exit code; see succeedCli. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [mainScript, ...args], {
    cwd: options.cwd,
    env: cliEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A child that ends without reading its input closes the pipe: that is its right.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
    },
  );
  return cliResult({
    args,
    code,
    signal,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  });
}

/** Runs `redis-rewind ...args`, which must end with `expectedCode`; throws with its output if not. */
export async function succeedCli(
  args: readonly string[],
  options: CliOptions & { readonly expectedCode?: number } = {},
): Promise<CliResult> {
  const result = await runCli(args, options);
  const expected = options.expectedCode ?? 0;
  if (result.code !== expected) {
    throw new Error(
      `exit ${result.code ?? result.signal} instead of ${expected}: ${shown(result)}`,
    );
  }
  return result;
}

/** The environment the child gets: this process's, with UTC, no colour and the options' changes. */
export function cliEnvironment(options: CliOptions = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    TZ: options.timeZone ?? 'UTC',
    ...options.env,
  };
  for (const name of Object.keys(env)) {
    if (env[name] === undefined || name === 'FORCE_COLOR') {
      delete env[name];
    }
  }
  return env;
}

function cliResult(ended: Omit<CliResult, 'json'>): CliResult {
  const result: CliResult = {
    ...ended,
    json(): unknown {
      try {
        return JSON.parse(result.stdout) as unknown;
      } catch (error) {
        throw new Error(`no JSON on stdout: ${shown(result)}`, { cause: error });
      }
    },
  };
  return result;
}

function shown(result: CliResult): string {
  return [
    `redis-rewind ${result.args.join(' ')}`,
    `exit ${result.code ?? result.signal}`,
    `stdout: ${result.stdout}`,
    `stderr: ${result.stderr}`,
  ].join('\n');
}
