// A server whose recovery was begun by an earlier run is known from that run: while it is down it cannot be asked, and what runs
// in its directory may have been started by hand, with other settings.
import { ServerError, SystemError, UsageError } from '../../../errors.js';
import { formatEndpoint } from '../../../redis/connection/server-access.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import { findServerIn } from '../../../system/processes/server-processes.js';
import type { RunContext } from '../../run/run-context.js';
import { connectServer } from '../../server/connect-server.js';
import { readServerAccess } from '../../server/read-server-access.js';
import { isMovableOut } from './find-target.js';
import { findRecoveries } from './find-recovery.js';
import type { JournalPlace, RecoveryJournal } from '../journal/recovery-journal.js';
import { ownRecoveries } from '../journal/recovery-place.js';
import type { ServerRecord } from '../journal/server-record.js';
import {
  listServerRecords,
  readServerRecord,
  removeServerRecord,
} from '../journal/server-records.js';
import { type RecoveryTarget, reachTarget } from './reach-target.js';
import type { RecoverRequest } from '../recover-request.js';

/** Where this user keeps records of servers; null where it has no folder of its own. */
export function recordPlace(
  { folders }: Pick<RecoverRequest, 'folders'>,
  { fileSystem, uid, processId }: RunContext,
): JournalPlace | null {
  const recoveries = ownRecoveries(fileSystem, folders);
  return recoveries === null ? null : { fileSystem, recoveries, uid, processId };
}

/** A record that stays does no harm: it counts only while its recovery is not taken back. */
export function forgetServer(
  request: Pick<RecoverRequest, 'folders'>,
  recoveryId: string,
  context: RunContext,
): void {
  const at = recordPlace(request, context);
  try {
    if (at !== null) removeServerRecord(at, recoveryId);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/**
 * As `reachTarget`. Where the server does not answer, it is the one of a recovery from the same address that has not ended,
 * or, for an undo, was not taken back.
 * @param places where journals may be
 */
export async function reachOrRecall(
  request: RecoverRequest,
  places: readonly BytePath[],
  context: RunContext,
): Promise<RecoveryTarget> {
  try {
    return await reachTarget(request, context);
  } catch (error) {
    if (!(error instanceof ServerError) || error.trouble !== 'unreachable') throw error;
    const record = findRecord(request, places, context);
    if (record === null) throw withHint(error);
    return toTarget(request, record, context);
  }
}

function findRecord(
  request: RecoverRequest,
  places: readonly BytePath[],
  context: RunContext,
): ServerRecord | null {
  const at = recordPlace(request, context);
  const access = readServerAccess(request.server, context.fileSystem);
  if (at === null || 'sentinels' in access) return null;
  const address = formatEndpoint(access.endpoint);
  const isUndo = request.action.kind === 'undo';
  const found = listServerRecords(at).find(({ recoveryId, directory, ...record }) => {
    if (record.address !== address || !isThere(context, directory)) return false;
    const { journals } = findRecoveries(context, places, directory);
    const journal = journals.find(({ state }) => state.record.id === recoveryId);
    const outcome = journal?.state.outcome;
    return outcome === null || (isUndo && outcome === 'recovered');
  });
  return found ?? null;
}

function isThere(
  { fileSystem }: RunContext,
  { path, dev, ino }: ServerRecord['directory'],
): boolean {
  const stat = fileSystem.stat(path);
  return stat?.isDirectory() === true && stat.dev === dev && stat.ino === ino;
}

function withHint(error: ServerError): ServerError {
  const { trouble, message, address, hint } = error;
  const next =
    'if it does not run, name its directory and how it is stopped and started: --data-dir DIR --stop-cmd COMMAND --start-cmd COMMAND';
  return new ServerError(trouble, message, {
    address,
    hint: hint === undefined ? next : `${hint}; ${next}`,
    cause: error,
  });
}

function toTarget(
  request: RecoverRequest,
  record: ServerRecord,
  context: RunContext,
): RecoveryTarget {
  const { directory, supervision, address } = record;
  const { path, dev, ino } = directory;
  const processId = findServerIn(directory);
  const found: RecoveryTarget = {
    ...record,
    identity: { dev, ino },
    server: null,
    connect: () => connectServer(request.server, context),
    facts: {
      directory: path,
      names: context.fileSystem.list(path),
      isMovableOut: isMovableOut(context, path),
      settings: record.settings,
      version: record.version,
      running: processId === null ? null : { ...ALONE, processId, address: null },
      supervision: supervision ?? typedSupervision(request),
      configuration: record.configuration,
    },
    startedBy: supervision,
  };
  return recallTarget(request, { ...found, address }, record);
}

const ALONE = {
  role: 'primary',
  primary: null,
  replicas: 0,
  isWatched: false,
  isCluster: false,
  unsavedChanges: null,
  otherAtStart: [],
} as const;

/** As `recallTarget`, where the newest recovery of the server is to be gone on with, or taken back, and has a record. */
export function recallFrom(
  request: RecoverRequest,
  target: RecoveryTarget,
  journals: readonly RecoveryJournal[],
  context: RunContext,
): RecoveryTarget {
  const isUndo = request.action.kind === 'undo';
  const { state } =
    journals.find(({ state: { outcome, begun } }) =>
      isUndo ? outcome !== 'undone' : outcome === null && begun.has('stop'),
    ) ?? {};
  const at = recordPlace(request, context);
  if (state === undefined || at === null) return target;
  const record = readServerRecord(at, state.record.id);
  if (record === null) return target;
  const { dev, ino } = record.directory;
  const isSame = dev === target.identity.dev && ino === target.identity.ino;
  return isSame ? recallTarget(request, target, record) : target;
}

/**
 * The target of a recovery that was begun by an earlier run: it is started as it was to be started then.
 * @throws UsageError where only the one who typed it knows how the server is started
 */
function recallTarget(
  request: RecoverRequest,
  target: RecoveryTarget,
  { settings, version, configuration, owner, loadingStart, supervision }: ServerRecord,
): RecoveryTarget {
  const typed = request.commands === null ? null : typedSupervision(request);
  return {
    ...target,
    owner,
    loadingStart,
    startedBy: typed ?? supervision ?? typedSupervision(request),
    facts: {
      ...target.facts,
      // It is started as it was then, whatever runs there now.
      running: target.facts.running === null ? null : { ...target.facts.running, otherAtStart: [] },
      settings,
      version,
      configuration,
      supervision: typed ?? target.facts.supervision,
    },
  };
}

function typedSupervision({ commands }: RecoverRequest) {
  if (commands !== null) return { kind: 'commands', ...commands } as const;
  throw new UsageError('the recovery was begun with --stop-cmd and --start-cmd', {
    hint: 'type both again: they are kept nowhere, since they may hold a password',
  });
}
