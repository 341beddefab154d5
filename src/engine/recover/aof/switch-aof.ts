// `aof enable` and `aof disable`: switches the append-only file of a running server, waits until that is safe, and makes
// it survive the next start. Every step can be done again, so a second run goes on where a first one ended.
import { readConfigurationPath } from '../../../redis/server/configuration-path.js';
import type { ReachedServer } from '../../../redis/server/live-server.js';
import { formatPath } from '../../../system/files/byte-path.js';
import { type Note, infoNote } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import { reachServer } from '../../server/contact-server.js';
import { serverNotes } from '../../server/server-notes.js';
import { findConfigurationFile } from './configuration-file.js';
import { type Setting, keepSetting } from './keep-setting.js';
import { type SeenDirectory, findSeenDirectory } from './seen-directory.js';
import { Standing } from './standing.js';
import type { AofSwitchReport } from './aof-switch-report.js';
import type { AofSwitchRequest } from './aof-switch-request.js';
import { disableAof } from './disable-aof.js';
import { enableAof } from './enable-aof.js';
import type { SwitchRun } from './switch-run.js';

/** @throws UsageError, ServerError, NoSpaceError, SystemError; each says where things stand if something was changed */
export async function switchAof(
  request: AofSwitchRequest,
  context: RunContext,
): Promise<AofSwitchReport> {
  const startedMs = context.clock.monotonicMs();
  const standing = new Standing('nothing was changed');
  let reached: ReachedServer | null = null;
  let directory: SeenDirectory | null = null;
  try {
    reached = await reachServer(request.serverRequest, context);
    directory = findSeenDirectory(context.fileSystem, reached);
    const { action, force } = request;
    const again = `run 'redis-rewind aof ${action}' again, and it goes on from there`;
    const onProgress = progressOf(context);
    const run = { reached, directory, force, context, standing, again, onProgress };
    return {
      ...(await switchAndKeep(run, request)),
      elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  } catch (error) {
    throw standing.describe(error);
  } finally {
    directory?.held.release();
    reached?.connection.close();
  }
}

async function switchAndKeep(
  run: SwitchRun,
  { action, serverRequest }: AofSwitchRequest,
): Promise<Omit<AofSwitchReport, 'elapsedMs'>> {
  const { reached, directory, context } = run;
  const { connection } = reached;
  const isOn = action === 'enable';
  const switched = isOn ? await enableAof(run) : await disableAof(run);
  const said = await readConfigurationPath(connection);
  const file = findConfigurationFile(serverRequest.configuration, said, directory);
  const kept = await keepSetting(context, connection, { file, said }, isOn ? ON : OFF);
  const configuration = file?.path ?? said;
  return {
    server: connection.address,
    action,
    wasOn: switched.wasOn,
    isOn,
    proof: switched.proof,
    files: switched.files.map((path) => formatPath(path)),
    dump: switched.dump === null ? null : formatPath(switched.dump),
    survives: kept.survives,
    keptBy: kept.keptBy,
    configuration: configuration === null ? null : formatPath(configuration),
    notes: [...serverNotes(reached), ...replicaNotes(reached), ...switched.notes, ...kept.notes],
  };
}

const ON: Setting = {
  name: 'appendonly',
  value: 'yes',
  otherwise: 'no',
  otherwiseNext: 'its AOF may be off again, and it loads its dump, without what was written since',
};

const OFF: Setting = {
  name: 'appendonly',
  value: 'no',
  otherwise: 'no',
  otherwiseNext:
    'its AOF may be on again, and it loads the old one, without what was written since',
};

function progressOf({ onProgress }: RunContext): SwitchRun['onProgress'] {
  return (phase) => (doneKeys, totalKeys) =>
    onProgress({
      phase,
      path: null,
      doneBytes: Math.min(doneKeys, totalKeys),
      totalBytes: totalKeys,
    });
}

function replicaNotes({ connection, facts }: ReachedServer): Note[] {
  if (facts.role === 'primary') return [];
  const primary = facts.primary === null ? 'its primary' : `its primary at ${facts.primary}`;
  const message = `Redis at ${connection.address} is a replica: the AOF of ${primary} stays as it is, and a full resync makes the replica write its files anew`;
  return [infoNote('replica', null, message)];
}
