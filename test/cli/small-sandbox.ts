// A sandbox with a small data directory, backed up by the command line as a user would do it.
import { utimes } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { succeedCli } from '../support/program/cli.js';
import { writeRdb } from '../support/redis/data/rdb-writer.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

/** SOURCE has two files. REPO does not exist yet, and neither does its parent. */
export async function createSmallSandbox(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  sandbox.repository = sandbox.at('backups', 'redis');
  await sandbox.write('appendonlydir/x', 'x');
  await writeDump(sandbox, 'first', 1000);
  return sandbox;
}

/** The same, backed up twice; `dump.rdb` held `first` and holds `second`. */
export async function backedUpTwice(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSmallSandbox(t);
  await succeedCli(['backup', sandbox.source, sandbox.repository]);
  await writeDump(sandbox, 'second', 2000);
  await sandbox.write('new.aof', '*1\r\n$4\r\nPING\r\n');
  await succeedCli(['backup', sandbox.source, sandbox.repository]);
  return sandbox;
}

/** A dump of one key that holds the text. */
export function dumpOf(text: string): Buffer {
  return writeRdb([{ database: 0, key: 'text', value: { type: 'string', text } }]);
}

/** Replaces dump.rdb. The time shows that the file changed, however soon the next backup comes. */
export async function writeDump(
  sandbox: Sandbox,
  text: string,
  modifiedSeconds: number,
): Promise<void> {
  await sandbox.write('dump.rdb', dumpOf(text));
  await utimes(sandbox.inSource('dump.rdb'), modifiedSeconds, modifiedSeconds);
}
