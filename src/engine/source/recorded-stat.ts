// What a snapshot records of a stat. The kernel has 64 bits for each number, and some are beyond what the
// catalog can keep: anybody may give a file a time of the year 30000 (touch), and a file system in user space
// (FUSE) says what it likes. Such a file is kept all the same.
import type { EntryMetadata, SourceState } from '../../catalog/records.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileStat } from '../../system/files/file-system.js';
import { lookNote, type Note, showPath } from '../run/notes.js';

/** Nanoseconds in 64 bits: from 1677-09-21 to 2262-04-11. */
const EARLIEST_NS = -(2n ** 63n);
const LATEST_NS = 2n ** 63n - 1n;

/** chown(2) takes the number after it for "leave it". */
const MOST_OWNER = 2n ** 32n - 2n;

/** The number that Linux shows for an owner that has none there (/proc/sys/kernel/overflowuid). */
const NOBODY = 65534n;

const PERMISSION_BITS = 0o7777n;

type RecordedMetadata = Pick<EntryMetadata, 'mode' | 'uid' | 'gid' | 'mtimeNs'>;

/** The nearest values that a version can have. */
export function recordedMetadata({ mode, uid, gid, mtimeNs }: FileStat): RecordedMetadata {
  return {
    mode: Number(mode & PERMISSION_BITS),
    uid: Number(recordedOwner(uid)),
    gid: Number(recordedOwner(gid)),
    mtimeNs: recordedTime(mtimeNs),
  };
}

/** By what the next backup knows a file again: the lowest 64 bits of each number, so that each change shows. */
export function recordedIdentity(
  stat: Pick<FileStat, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>,
): Omit<SourceState, 'path' | 'isSettled'> {
  return {
    device: BigInt.asUintN(64, stat.dev),
    inode: BigInt.asUintN(64, stat.ino),
    sizeBytes: BigInt.asIntN(64, stat.size),
    mtimeNs: BigInt.asIntN(64, stat.mtimeNs),
    ctimeNs: BigInt.asIntN(64, stat.ctimeNs),
  };
}

/** A warning for each value that is not kept as it is. @param path in the snapshot */
export function notesOnStat(path: BytePath, { uid, gid, mtimeNs }: FileStat): Note[] {
  const shown = showPath(path);
  const notes: Note[] = [];
  if (recordedTime(mtimeNs) !== mtimeNs) {
    notes.push(
      lookNote(
        'not-recordable',
        path,
        `the time of '${shown}' is not in the years 1678 to 2261; the nearest time that can be recorded is kept`,
        `give it another time, as with: touch -h '${formatPath(path)}'`,
      ),
    );
  }
  if (recordedOwner(uid) !== uid || recordedOwner(gid) !== gid) {
    const message = `the owner or group of '${shown}' is no number that chown takes; ${NOBODY} is kept`;
    notes.push(lookNote('not-recordable', path, message, 'give it another owner with chown'));
  }
  return notes;
}

function recordedTime(timeNs: bigint): bigint {
  if (timeNs < EARLIEST_NS) return EARLIEST_NS;
  return timeNs > LATEST_NS ? LATEST_NS : timeNs;
}

function recordedOwner(id: bigint): bigint {
  return id < 0n || id > MOST_OWNER ? NOBODY : id;
}
