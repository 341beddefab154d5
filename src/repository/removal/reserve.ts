// Room that is kept for the day on which the disk is full: a removal then needs some for the catalog's journal, or it could not
// make any (docs/format.md, "The reserve").
import { randomFillSync } from 'node:crypto';
import { NoSpaceError } from '../../errors.js';
import { isErrno } from '../../system/files/errno.js';
import { deleteCopies, listCatalogCopies } from '../copies/catalog-copy.js';
import { reservePath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import type { RepositoryPlace } from '../repository-place.js';

const LEAST_BYTES = 2 ** 20;

/** The journal of a transaction holds each changed page once, and the catalog may grow. */
const CATALOGS = 2;

/** So much stays free beside the reserve: it must not be what fills the disk. */
const FREE_TIMES = 4;

const CHUNK_BYTES = 2 ** 20;

/**
 * Makes the reserve, or makes it longer, if there is room. A failure leaves none, and is no failure of the run.
 * @param hadOne whether there was one when this run began: then it is put back wherever it fits
 */
export function keepReserve(
  { fileSystem, path, catalog }: LocalRepository,
  hadOne: boolean = false,
): void {
  const file = reservePath(path);
  const wantedBytes = Math.max(LEAST_BYTES, CATALOGS * catalog.sizeBytes());
  try {
    const stat = fileSystem.stat(file);
    if (stat?.isFile() === true && Number(stat.size) >= wantedBytes) return;
    if (fileSystem.freeBytes(path) < (hadOne ? 1 : FREE_TIMES) * wantedBytes) return;
    if (stat !== null) fileSystem.unlink(file);
    writeReserve({ fileSystem, path }, wantedBytes);
  } catch {
    giveUpReserve({ fileSystem, path });
  }
}

/** Random bytes: a file system may store equal ones in no room at all. */
function writeReserve({ fileSystem, path }: RepositoryPlace, sizeBytes: number): void {
  const descriptor = fileSystem.open(reservePath(path), 'create');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let done = 0; done < sizeBytes; done += CHUNK_BYTES) {
      randomFillSync(chunk);
      fileSystem.write(descriptor, chunk.subarray(0, sizeBytes - done), done);
    }
    fileSystem.sync(descriptor);
  } finally {
    fileSystem.close(descriptor);
  }
}

export function hasReserve({ fileSystem, path }: RepositoryPlace): boolean {
  return fileSystem.stat(reservePath(path))?.isFile() === true;
}

/** @returns whether there was one */
function giveUpReserve({ fileSystem, path }: RepositoryPlace): boolean {
  if (!hasReserve({ fileSystem, path })) return false;
  fileSystem.unlink(reservePath(path));
  return true;
}

/**
 * Makes room for a transaction on a full disk: gives up the older copies of the catalog first, then the reserve.
 * @returns false where there is nothing more to give up
 */
function makeRoom(place: RepositoryPlace): boolean {
  const [newest, ...older] = listCatalogCopies(place);
  if (newest !== undefined && older.length > 0) {
    deleteCopies(place, newest.snapshotId, 0);
    return true;
  }
  return giveUpReserve(place);
}

/** Runs a transaction, and makes room for it where the disk is full. */
export function makingRoom<T>(place: RepositoryPlace, transact: () => T): T {
  for (;;) {
    try {
      return transact();
    } catch (error) {
      if (!isDiskFull(error) || !makeRoom(place)) throw error;
    }
  }
}

/** As makingRoom, for what writes files. It leaves nothing behind when it fails. */
export async function makingRoomForFiles<T>(
  place: RepositoryPlace,
  write: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isDiskFull(error) || !makeRoom(place)) throw error;
    }
  }
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof NoSpaceError || isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT');
}
