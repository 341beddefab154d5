// What a person should know of a plan before saying yes. Pure.
import { readsRdbVersion } from '../../../persistence/rdb/loadable-versions.js';
import { formatPath } from '../../../system/files/byte-path.js';
import { type Note, infoNote, lookNote } from '../../run/notes.js';
import type { TargetFacts } from './recovery-facts.js';
import type { Choice, ExpectedKeys } from './recovery-plan.js';
import { type DataFile, type SnapshotData, faultOf, uncertainFiles } from './snapshot-data.js';

export interface Planned {
  readonly target: TargetFacts;
  readonly data: SnapshotData;
  readonly choice: Choice;
  /** What is loaded, in that order. */
  readonly files: readonly DataFile[];
  readonly expected: ExpectedKeys;
}

export function planNotes(planned: Planned): Note[] {
  return [
    ...settingsNotes(planned),
    ...choiceNotes(planned),
    ...certaintyNotes(planned),
    ...keyNotes(planned),
    ...replicaNotes(planned),
  ];
}

function settingsNotes({ target: { settings, directory } }: Planned): Note[] {
  if (settings.knownFrom !== 'directory') return [];
  const { dumpName, aofName, aofFolder, isAofOn } = settings;
  const aof = `appendonly ${isAofOn === true ? 'yes' : 'no'}`;
  const names = `${formatPath(dumpName)}, ${formatPath(aofFolder ?? aofName)}`;
  return [
    lookNote(
      'assumed-settings',
      directory,
      `no configuration file names '${formatPath(directory)}', so the server is taken to be started with '${aof}' and the names ${names}`,
      'if that is wrong, the server will not load what is placed: name its file with --redis-conf FILE',
    ),
  ];
}

function choiceNotes({ target: { settings }, data: { aof, dump }, choice }: Planned): Note[] {
  if (aof === null || dump === null) return [];
  if (choice.why === 'aof-broken') {
    const message = `no server would load the append-only file of the snapshot (${faultOf(aof)}), so its dump '${formatPath(dump.path)}' is taken, which may be older`;
    return [lookNote('would-not-load', aof.manifest, message)];
  }
  if (choice.why !== 'aof-off') return [];
  const has = settings.knownFrom === 'directory' ? 'is taken to have' : 'has';
  const message = `the server ${has} 'appendonly no', so the dump '${formatPath(dump.path)}' of the snapshot is taken, and not its append-only file`;
  return [infoNote('not-loaded', dump.path, message)];
}

function certaintyNotes({ target: { version }, data, choice, files }: Planned): Note[] {
  const found = choice.kind === 'rdb' ? data.dump : data.aof;
  const uncertain = found === null ? [] : uncertainFiles(found);
  return [
    ...uncertain.map(({ path, problem }) =>
      lookNote(
        'cannot-be-checked',
        path,
        `nobody can tell beforehand whether a server loads '${formatPath(path)}': ${problem ?? 'it was not examined'}`,
        'what is there now is kept, and --undo puts it back',
      ),
    ),
    ...files.flatMap(({ path, rdbVersion }) =>
      version === null || rdbVersion === null || readsRdbVersion(version, rdbVersion) !== null
        ? []
        : [
            infoNote(
              'not-understood',
              path,
              `'${formatPath(path)}' has RDB version ${rdbVersion}, and this program does not know whether such a new server loads it`,
            ),
          ],
    ),
  ];
}

function keyNotes({ expected, files }: Planned): Note[] {
  const { databases, expired, expiredMost } = expected;
  if (databases === null) {
    const message =
      'how many keys there will be is known only after loading: commands of an append-only file are part of it';
    return files.length === 0 ? [] : [infoNote('unknown-keys', files[0]?.path ?? null, message)];
  }
  if (expiredMost === null || expiredMost === 0) return [];
  const keys = databases.reduce((sum, each) => sum + each.keys, 0);
  const some = expiredMost === 1 ? '1 has' : `${expiredMost} have`;
  const passed =
    expired === null
      ? 'those whose time has passed since the snapshot are dropped'
      : expired === 0
        ? 'it has not passed for any of them'
        : `it has passed for ${expired} of them, which the server drops`;
  const message = `of ${keys} keys ${some} a time to live: ${passed}`;
  return [infoNote('expiring-keys', files[0]?.path ?? null, message)];
}

function replicaNotes({ target: { running } }: Planned): Note[] {
  if (running === null) return [];
  const { replicas, isWatched } = running;
  if (replicas > 0) {
    const who = replicas === 1 ? 'a replica takes' : `${replicas} replicas take`;
    return [infoNote('replicas', null, `${who} over the recovered data once the server is back`)];
  }
  const message =
    'Sentinels watch the server: it has no replica now, but one that comes back while it is stopped could become the primary';
  return isWatched ? [infoNote('watched', null, message)] : [];
}
