// Entries of SOURCE whose names the repository's file system does not take. They are left out and named before
// the commit: the mirror could not be finished otherwise, by this backup or any later one.
import { NameProbe } from '../../repository/commit/probe-names.js';
import { ALSO } from '../../repository/layout.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  parentPath,
  pathToBytes,
} from '../../system/files/byte-path.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { type Note, lookNote } from '../run/notes.js';
import type { ScannedEntry, SourceScan } from '../source/scan-source.js';
import type { SnapshotRun } from './backup-run.js';
import type { LastSnapshot } from './last-snapshot.js';

type Probe = Pick<NameProbe, 'isTaken' | 'foldsCase'>;

export async function leaveOutUnnamed(
  { context, repository }: Pick<SnapshotRun, 'context' | 'repository'>,
  scan: SourceScan,
  last: Pick<LastSnapshot, 'present'>,
): Promise<SourceScan> {
  const probe = new NameProbe(context.fileSystem, repository.path);
  const { checkpoint } = context;
  try {
    return await chooseNamed(scan, new Set(last.present.map(({ path }) => path)), {
      probe,
      checkpoint,
    });
  } finally {
    probe.end();
  }
}

/** @param present paths that the mirror has */
async function chooseNamed(
  scan: SourceScan,
  present: ReadonlySet<BytePath>,
  { probe, checkpoint }: { readonly probe: Probe; readonly checkpoint: Checkpoint },
): Promise<SourceScan> {
  const { unreadable, startedAtMs } = scan;
  const notes: Note[] = [...scan.notes];
  const leftOut = new Set<BytePath>();
  const twins = findTwins(scan.entries);
  const entries: ScannedEntry[] = [];
  for (const entry of scan.entries) {
    await checkpoint();
    const { path } = entry;
    const why = whyNot(path);
    if (why === null) {
      entries.push(entry);
      continue;
    }
    leftOut.add(path);
    if (why !== 'above') {
      const message = `the repository's file system has no place for the name of '${formatPath(path)}'${why}; it is not in this snapshot`;
      notes.push(lookNote('left-out', path, message, NAME_HINT));
    }
  }
  return leftOut.size === 0 ? scan : { entries, unreadable, notes, startedAtMs };

  function whyNot(path: BytePath): string | null {
    if (path === ROOT || path === ALSO) return null;
    if (leftOut.has(parentPath(path))) return 'above';
    const twin = twins.get(path);
    if (twin !== undefined && !leftOut.has(twin) && probe.foldsCase) {
      return ` beside '${formatPath(twin)}'`;
    }
    return present.has(path) || probe.isTaken(baseName(path)) ? null : '';
  }
}

const NAME_HINT = 'rename it, keep the repository on another file system, or use --exclude';

/** Paths that differ from an earlier one in upper and lower case alone, with that earlier one. */
function findTwins(entries: readonly ScannedEntry[]): ReadonlyMap<BytePath, BytePath> {
  const first = new Map<string, BytePath>();
  const twins = new Map<BytePath, BytePath>();
  for (const { path } of entries) {
    const folded = pathToBytes(path).toString('utf8').toLowerCase();
    const earlier = first.get(folded);
    if (earlier === undefined) first.set(folded, path);
    else twins.set(path, earlier);
  }
  return twins;
}
