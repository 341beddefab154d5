// The notes of a backup that are about its server.
import type { ReachedServer } from '../../redis/server/live-server.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { type Note, infoNote, lookNote } from '../run/notes.js';

/** What connecting to the server has shown. */
export function serverNotes({
  connection,
  sentinels,
}: Pick<ReachedServer, 'connection' | 'sentinels'>): Note[] {
  const { address, wantsPassword } = connection;
  const passedOver = sentinels?.passedOver ?? null;
  return [
    ...(wantsPassword ? [] : [needlessPasswordNote(address)]),
    ...(passedOver === null ? [] : [noReplicaNote(address, passedOver)]),
  ];
}

/** @param error why the dump that the server made only for this backup could not be removed */
export function dumpLeftNote(error: Error): Note {
  return lookNote(
    'dump-left',
    null,
    `the dump that was made for this backup could not be removed: ${error.message}`,
    'the next backup of this server tries again',
  );
}

/** @param path where something else stands than the dump that was made for a backup, now or earlier */
export function otherDumpNote(path: BytePath): Note {
  return lookNote(
    'dump-left',
    null,
    `'${formatPath(path)}' is left: it is not known to be the dump that was made only for a backup`,
    'if it is such a dump, and nobody needs it, delete it by hand',
  );
}

function needlessPasswordNote(address: string): Note {
  const message = `Redis at ${address} needs no password, but one was given`;
  return infoNote('needless-password', null, message);
}

/** @param passedOver why each replica on this machine was passed over */
function noReplicaNote(address: string, passedOver: readonly string[]): Note {
  const why = passedOver.length === 0 ? 'there is none on this machine' : passedOver.join(', ');
  const message = `no replica could be used (${why}), so the primary at ${address} is taken`;
  return infoNote('no-replica', null, message);
}
