// The names that archives get where TARGET leaves the name open: `redis-20261128T030000Z-12.tar.zst.age`, with
// the time of the snapshot in UTC and its number. Without `.age` the archive is not encrypted. And the name of the manifest in it.
import type { BytePath } from '../system/files/byte-path.js';

/** The first entry of every archive. Its folder is ours in every repository, so no file of SOURCE has this name. */
export const MANIFEST_PATH = 'redis-rewind-data/manifest.jsonl' as BytePath;

export interface NamedArchive {
  readonly snapshotTimeSeconds: number;
  readonly snapshotId: number;
  readonly isEncrypted: boolean;
}

const NAME =
  /^redis-([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z-([1-9][0-9]{0,14})\.tar\.zst(\.age)?$/;

export function formatArchiveName(archive: NamedArchive): string {
  const time = new Date(archive.snapshotTimeSeconds * 1000)
    .toISOString()
    .replace(/\.[0-9]+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `redis-${time}-${archive.snapshotId}.tar.zst${archive.isEncrypted ? '.age' : ''}`;
}

/** Null for a name that formatArchiveName does not make. */
export function parseArchiveName(name: string): NamedArchive | null {
  const [, year, month, day, hour, minute, second, id, age] = NAME.exec(name) ?? [];
  if (id === undefined) return null;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(timeMs)) return null;
  const archive = {
    snapshotTimeSeconds: timeMs / 1000,
    snapshotId: Number(id),
    isEncrypted: age !== undefined,
  };
  // 31 February is read as a day of March.
  return formatArchiveName(archive) === name ? archive : null;
}
