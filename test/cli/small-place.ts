// A small data directory and a repository for it, in a temporary folder of the test.
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { succeedCli } from '../support/program/cli.js';
import { writeRdb } from '../support/redis/rdb-writer.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

export interface Place {
  readonly source: string;
  readonly repository: string;
  readonly base: string;
}

/** A directory with two files, backed up twice; `dump.rdb` held `first` and holds `second`. */
export async function backedUpTwice(t: ExecutionContext): Promise<Place> {
  const place = await unsaved(t);
  await succeedCli(['backup', place.source, place.repository]);
  await writeDump(place, 'second', 2000);
  await writeFile(path.join(place.source, 'new.aof'), '*1\r\n$4\r\nPING\r\n');
  await succeedCli(['backup', place.source, place.repository]);
  return place;
}

/** The same directory, not backed up yet. */
export async function unsaved(t: ExecutionContext): Promise<Place> {
  const base = await temporaryDirectory(t);
  const place = {
    base,
    source: path.join(base, 'redis'),
    repository: path.join(base, 'backups/redis'),
  };
  await mkdir(path.join(place.source, 'appendonlydir'), { recursive: true });
  await writeFile(path.join(place.source, 'appendonlydir/x'), 'x');
  await writeDump(place, 'first', 1000);
  return place;
}

/** A dump of one key that holds the text. */
export function dumpOf(text: string): Buffer {
  return writeRdb([{ database: 0, key: 'text', value: { type: 'string', text } }]);
}

/** Replaces dump.rdb; the time makes the change plain, however fast it follows. */
export async function writeDump(
  place: Place,
  text: string,
  modifiedSeconds: number,
): Promise<void> {
  const dump = path.join(place.source, 'dump.rdb');
  await writeFile(dump, dumpOf(text));
  await utimes(dump, modifiedSeconds, modifiedSeconds);
}
