// A backup that is refused: its error as --json has it, and a repository that is byte for byte as it was,
// with every mode and modification time.
import type { ExecutionContext } from 'ava';
import { readTree, treeDifferences } from '../files/directory-tree.js';
import { type CliOptions, type CliResult, runCli } from '../program/cli.js';

export interface Refusal {
  readonly message: RegExp;
  readonly hint?: RegExp;
  /** 30 unless given. */
  readonly code?: number;
}

export interface RefusedBackup {
  readonly repository: string;
  readonly args: readonly string[];
  readonly refusal: Refusal;
  readonly options?: CliOptions;
}

/** Runs `backup ...args REPOSITORY`. */
export async function isRefusedBackup(
  t: ExecutionContext,
  { repository, args, refusal, options = {} }: RefusedBackup,
): Promise<void> {
  await leavesAsItWas(t, repository, async () => {
    checkRefusal(t, await runCli(['backup', '--json', ...args, repository], options), refusal);
  });
}

export function checkRefusal(
  t: ExecutionContext,
  result: CliResult,
  { message, hint, code = 30 }: Refusal,
): void {
  t.is(result.code, code, result.stderr);
  const error = JSON.parse(result.stderr) as { code: string; message: string; hint: string | null };
  t.regex(error.message, message);
  if (hint !== undefined) t.regex(error.hint ?? '', hint);
  t.is(result.stdout, '');
  if (code === 30) t.is(error.code, 'SERVER');
}

/** Whatever `work` does, the repository is the same afterwards, also where there is none. */
export async function leavesAsItWas(
  t: ExecutionContext,
  repository: string,
  work: () => Promise<void>,
): Promise<void> {
  const before = await readTree(repository).catch(() => ({}));
  await work();
  const after = await readTree(repository).catch(() => ({}));
  // While the lock is held SQLite keeps a journal beside it.
  const isTrace = (line: string): boolean => line.startsWith('redis-rewind-data: mtimeNs');
  t.deepEqual(
    treeDifferences(before, after).filter((line) => !isTrace(line)),
    [],
  );
}
