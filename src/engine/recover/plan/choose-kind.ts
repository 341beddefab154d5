// Whether the dump or the AOF of a snapshot is recovered (`--use`). Left to itself, it is what the server of the snapshot
// would have loaded. Where that cannot be, nothing older is taken in its place without a word. Pure.
import { CorruptError, NotInSnapshotError, UsageError } from '../../../errors.js';
import { ROOT, formatPath } from '../../../system/files/byte-path.js';
import type { RecoveryFacts } from './recovery-facts.js';
import type { Choice } from './recovery-plan.js';
import {
  type SnapshotAof,
  type SnapshotData,
  type SnapshotDump,
  faultOf,
} from './snapshot-data.js';

/** How the server starts. */
export interface StartsWith {
  readonly isAofOn: boolean;
  /** Whether nothing says so, and it is assumed. */
  readonly isAssumed: boolean;
}

/**
 * @throws NotInSnapshotError, CorruptError, UsageError
 */
export function chooseKind(
  { dump, aof, wasAofOn }: SnapshotData,
  use: RecoveryFacts['use'],
  startsWith: StartsWith,
): Choice {
  const { isAofOn } = startsWith;
  if (use === 'rdb') {
    requireSound(dump, 'dump', aof === null ? null : 'aof');
    return { kind: 'rdb', why: 'asked' };
  }
  if (use === 'aof') {
    requireSound(aof, 'append-only file', dump === null ? null : 'rdb');
    if (!isAofOn) throw aofIsOff(aof, startsWith);
    return { kind: 'aof', why: 'asked' };
  }
  const isAofFirst = aof !== null && (wasAofOn ?? isNewer(aof, dump));
  if (!isAofFirst) {
    requireSound(dump, 'dump', aof === null ? null : 'aof');
    const why = aof === null ? 'only' : wasAofOn === null ? 'newer' : 'recorded';
    return { kind: 'rdb', why };
  }
  if (faultOf(aof) !== null) {
    if (dump === null || faultOf(dump) !== null) requireSound(aof, 'append-only file', null);
    return { kind: 'rdb', why: 'aof-broken' };
  }
  if (isAofOn) {
    const why = dump === null ? 'only' : wasAofOn === null ? 'newer' : 'recorded';
    return { kind: 'aof', why };
  }
  const isAsNew =
    dump !== null && faultOf(dump) === null && (dump.isSavedForSnapshot || !isNewer(aof, dump));
  if (!isAsNew) throw aofIsOff(aof, startsWith);
  return { kind: 'rdb', why: 'aof-off' };
}

/** Whether the last write to the AOF is not older than the dump. */
function isNewer({ lastWriteSeconds }: SnapshotAof, dump: SnapshotDump | null): boolean {
  const createdSeconds = dump?.createdSeconds ?? null;
  return createdSeconds === null || lastWriteSeconds >= createdSeconds;
}

/** @param other what `--use` may say instead; null where there is nothing else */
function requireSound(
  found: SnapshotDump | SnapshotAof | null,
  what: string,
  other: 'rdb' | 'aof' | null,
): asserts found is NonNullable<typeof found> {
  const instead = other === null ? '' : `, or --use ${other}`;
  if (found === null) {
    throw new NotInSnapshotError(`the snapshot has no ${what} that a server could load`, {
      hint:
        other === null
          ? "choose another one: 'redis-rewind list --files -r TIME REPO' shows what is in it"
          : `use --use ${other}`,
    });
  }
  const fault = faultOf(found);
  if (fault === null) return;
  const path = pathOf(found);
  throw new CorruptError(`no server would load '${formatPath(path)}' of the snapshot: ${fault}`, {
    path,
    hint: `choose an older snapshot${instead}; 'redis-rewind list -v REPO' shows which ones load`,
  });
}

function pathOf(found: SnapshotDump | SnapshotAof) {
  return 'files' in found ? (found.manifest ?? found.files[0]?.path ?? ROOT) : found.path;
}

function aofIsOff(aof: SnapshotAof, { isAssumed }: StartsWith): UsageError {
  const path = `'${formatPath(pathOf(aof))}' of the snapshot`;
  const dump = 'or take the dump with --use rdb, which may be older';
  return isAssumed
    ? new UsageError(
        `no configuration file is known, so the server is taken to have 'appendonly no', and would not load ${path}`,
        { hint: `name the file that the server is started with: --redis-conf FILE; ${dump}` },
      )
    : new UsageError(`the server has 'appendonly no', so it would not load ${path}`, {
        hint: `write 'appendonly yes' into its configuration file, ${dump}`,
      });
}
