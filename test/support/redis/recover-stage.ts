// A real server and a repository with one snapshot of it, for the command `recover`; and runs of it that are killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { type TeardownContext, temporaryDirectory } from '../files/temporary-directory.js';
import {
  type CliOptions,
  type CliResult,
  cliEnvironment,
  runCli,
  succeedCli,
} from '../program/cli.js';
import { mainScript } from '../program/project-paths.js';
import { type Owner, redisUser } from './servers/redis-user.js';
import {
  type ConfiguredServer,
  configureServer,
  startConfigured,
  withClient,
} from './servers/unattended-server.js';

export interface RecoverStage {
  readonly server: ConfiguredServer;
  readonly repository: string;
}

/**
 * Snapshot 1 has the keys a, b and c. The server has a, c and `later`.
 * @param named as whom the server runs; the redis user where this is left out
 */
export async function prepareRecovery(
  t: TeardownContext,
  lines: readonly string[],
  named?: Owner,
): Promise<RecoverStage> {
  const root = await temporaryDirectory(t);
  const owner = named ?? (await redisUser());
  const server = await configureServer(t, { root, owner, lines });
  const repository = path.join(root, 'repository');
  if (named !== undefined) await chmod(root, 0o755);
  t.teardown(async () => forgetRecords(server.directory));
  await startConfigured(server, owner);
  await withClient(server, async (client) => client.mset({ a: '1', b: '2', c: '3' }));
  await succeedCli(['backup', '-s', server.socket, repository]);
  await withClient(server, async (client) => client.multi().del('b').set('later', '1').exec());
  return { server, repository };
}

export async function keysOf(server: ConfiguredServer): Promise<string[]> {
  return withClient(server, async (client) => (await client.keys('*')).toSorted());
}

export function recover(
  stage: RecoverStage,
  options: readonly string[],
  how: CliOptions = {},
): Promise<CliResult> {
  return runCli(argumentsOf(stage, options), how);
}

function argumentsOf({ server, repository }: RecoverStage, options: readonly string[]): string[] {
  return ['recover', ...options, repository, '-s', server.socket];
}

/** Runs it at a terminal of its own, where a person types these keys at its question. */
export async function answerAtTerminal(
  stage: RecoverStage,
  options: readonly string[],
  answer: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const words = [process.execPath, mainScript, ...argumentsOf(stage, options)];
  const line = words.map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], { env: cliEnvironment() });
  let text = '';
  let isAnswered = false;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (isAnswered || !text.includes('[y/N]')) return;
    isAnswered = true;
    child.stdin.write(answer);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

/** Runs it and kills it with SIGKILL as soon as the journal says that the step was begun. @returns the journal then */
export async function killAtStep(
  stage: RecoverStage,
  options: readonly string[],
  step: string,
): Promise<string> {
  const child = spawn(process.execPath, [mainScript, ...argumentsOf(stage, options)], {
    env: cliEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  const closed = once(child, 'close');
  while (!journalOf(stage).includes(`"step":"${step}","state":"begun"`)) {
    if (hasEnded(child)) throw new Error(`it has ended before ${step}: ${said}`);
    // Nothing else is to be done here, and a step may take a few milliseconds only.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  child.kill('SIGKILL');
  await closed;
  return journalOf(stage);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Of its newest recovery; '' where there is none. */
export function journalOf({ repository }: RecoverStage): string {
  const recoveries = path.join(repository, 'redis-rewind-data', 'recover');
  const [newest = ''] = existsSync(recoveries)
    ? readdirSync(recoveries).toSorted().toReversed()
    : [];
  const file = path.join(recoveries, newest, 'steps');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const STATE = '/var/lib/redis-rewind/recover';

/** Those of root, of servers in this directory. */
export function recordsOf(directory: string): string[] {
  if (process.geteuid?.() !== 0 || !existsSync(STATE)) return [];
  const records = readdirSync(STATE).map((id) => path.join(STATE, id, 'server'));
  return records.filter(
    (file) => existsSync(file) && readFileSync(file, 'utf8').includes(JSON.stringify(directory)),
  );
}

/** What root keeps of recoveries of the server in its own folder: records, and journals where no repository was named. */
export function forgetRecords(directory: string): void {
  if (process.geteuid?.() !== 0 || !existsSync(STATE)) return;
  for (const id of readdirSync(STATE)) {
    const files = ['server', 'steps'].map((name) => path.join(STATE, id, name));
    const isOurs = files.some(
      (file) => existsSync(file) && readFileSync(file, 'utf8').includes(JSON.stringify(directory)),
    );
    if (isOurs) rmSync(path.join(STATE, id), { recursive: true });
  }
}
