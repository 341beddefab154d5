// Makes a test's redis-server write its files and waits until they are on disk and at rest, so that
// a copy taken afterwards is what the recorded digest describes.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { RedisServer } from '../servers/redis-server.js';

const POLL_MS = 10;
const TIMEOUT_MS = 60_000;

/** BGSAVE, then waits until the new dump.rdb has replaced the old one and nothing is being written. */
export async function saveDump(server: RedisServer): Promise<void> {
  const dumpPath = path.join(server.directory, 'dump.rdb');
  await settlePersistence(server);
  const before = await inodeOf(dumpPath);
  await server.client.call('BGSAVE');
  await settlePersistence(server);
  const info = await readInfo(server);
  if (info.get('rdb_last_bgsave_status') !== 'ok' || (await inodeOf(dumpPath)) === before) {
    throw new Error(`BGSAVE wrote no dump:\n${server.log()}`);
  }
}

/** BGREWRITEAOF, then waits until the manifest names the new base and the old files are gone. */
export async function rewriteAof(server: RedisServer): Promise<void> {
  await settlePersistence(server);
  const before = Number((await readInfo(server)).get('aof_rewrites'));
  await server.client.call('BGREWRITEAOF');
  await settlePersistence(server);
  const info = await readInfo(server);
  const isDone =
    info.get('aof_last_bgrewrite_status') === 'ok' && Number(info.get('aof_rewrites')) > before;
  if (!isDone) {
    throw new Error(`BGREWRITEAOF wrote no base:\n${server.log()}`);
  }
}

/**
 * Waits until no save or rewrite runs or is due, every command answered so far is in the AOF, and
 * the appendonlydir holds just the files of a manifest without history.
 */
export async function settlePersistence(server: RedisServer): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const info = await readInfo(server);
    const isQuiet =
      info.get('rdb_bgsave_in_progress') === '0' &&
      info.get('aof_rewrite_in_progress') === '0' &&
      info.get('aof_rewrite_scheduled') === '0' &&
      (info.get('aof_enabled') === '0' ||
        (info.get('aof_buffer_length') === '0' &&
          (await isManifestSettled(path.join(server.directory, 'appendonlydir')))));
    if (isQuiet) {
      return;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`redis-server does not come to rest:\n${server.log()}`);
    }
    await delay(POLL_MS);
  }
}

async function isManifestSettled(directory: string): Promise<boolean> {
  const manifestName = 'appendonly.aof.manifest';
  const [manifest, names] = await Promise.all([
    readFile(path.join(directory, manifestName), 'utf8').catch(() => ''),
    readdir(directory).catch(() => []),
  ]);
  const entries = [...manifest.matchAll(/^file (\S+) seq \d+ type ([bhi])/gm)];
  const named = new Set([manifestName, ...entries.map((entry) => entry[1])]);
  return (
    entries.length > 0 &&
    entries.every((entry) => entry[2] !== 'h') &&
    names.length === named.size &&
    names.every((name) => named.has(name))
  );
}

async function readInfo(server: RedisServer): Promise<Map<string, string>> {
  const text = String(await server.client.call('INFO', 'persistence'));
  const info = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      info.set(line.slice(0, colon), line.slice(colon + 1));
    }
  }
  return info;
}

async function inodeOf(file: string): Promise<bigint | null> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found === null ? null : found.ino;
}
