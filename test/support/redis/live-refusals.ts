// Backups of a live server that must fail and change nothing.
import type { ExecutionContext } from 'ava';
import { type LiveSandbox } from './live-sandbox.js';
import { type Refusal, isRefusedBackup } from './refused-backup.js';

/** A backup into a repository that is there; after the refusal it is as it was. */
export async function isRefused(
  t: ExecutionContext,
  { sandbox, server }: LiveSandbox,
  args: readonly string[],
  refusal: Refusal,
): Promise<void> {
  const hasPlace = args.some((arg) => ['--redis', '-s', '-h', '-p'].includes(arg));
  const at = hasPlace ? [] : ['-p', String(server.port)];
  await isRefusedBackup(t, {
    repository: sandbox.repository,
    args: [...at, ...args],
    refusal,
  });
}
