// What a recovery is planned from, made up for one test: a server on its own, and a snapshot with a dump.
import type {
  RecoveryFacts,
  RunningServer,
  TargetFacts,
  TargetSettings,
} from '../../../src/engine/recover/plan/recovery-facts.js';
import type {
  DataFile,
  SnapshotAof,
  SnapshotDump,
} from '../../../src/engine/recover/plan/snapshot-data.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';

export const START = {
  program: pathFromText('/usr/bin/redis-server'),
  args: ['redis-server', '/etc/redis.conf'] as unknown as readonly [BytePath, ...BytePath[]],
  uid: 112,
  gid: 120,
  umask: 0o007,
};

export function createSettings(settings: Partial<TargetSettings> = {}): TargetSettings {
  return {
    dumpName: pathFromText('dump.rdb'),
    aofName: pathFromText('appendonly.aof'),
    aofFolder: pathFromText('appendonlydir'),
    isAofOn: false,
    knownFrom: 'server',
    ...settings,
  };
}

export function createRunning(running: Partial<RunningServer> = {}): RunningServer {
  return {
    processId: 4711,
    address: '127.0.0.1:6379',
    role: 'primary',
    primary: null,
    replicas: 0,
    isWatched: false,
    isCluster: false,
    unsavedChanges: null,
    otherAtStart: [],
    ...running,
  };
}

export function createTarget(target: Partial<TargetFacts> = {}): TargetFacts {
  return {
    directory: pathFromText('/var/lib/redis'),
    names: [],
    isMovableOut: true,
    settings: createSettings(),
    version: { product: 'redis', major: 7, minor: 0 },
    running: createRunning(),
    supervision: { kind: 'none', start: START },
    configuration: pathFromText('/etc/redis.conf'),
    ...target,
  };
}

export function createDataFile(path: string, file: Partial<DataFile> = {}): DataFile {
  return {
    path: pathFromText(path),
    sizeBytes: 100,
    verdict: 'whole',
    problem: null,
    rdbVersion: 10,
    databases: [{ database: 0, keys: 12, expiringKeys: 3 }],
    commands: null,
    ...file,
  };
}

export function createDump(dump: Partial<SnapshotDump> = {}): SnapshotDump {
  return {
    ...createDataFile('dump.rdb'),
    createdSeconds: 2000,
    isSavedForSnapshot: false,
    ...dump,
  };
}

export function createAofSet(aof: Partial<SnapshotAof> = {}): SnapshotAof {
  const incr = { rdbVersion: null, databases: null, commands: 5 };
  return {
    kind: 'set',
    manifest: pathFromText('appendonlydir/appendonly.aof.manifest'),
    files: [
      createDataFile('appendonlydir/appendonly.aof.1.base.rdb', { commands: 0 }),
      createDataFile('appendonlydir/appendonly.aof.1.incr.aof', incr),
    ],
    fault: null,
    lastWriteSeconds: 2100,
    ...aof,
  };
}

export function createFacts(facts: {
  readonly target?: Partial<TargetFacts>;
  readonly data?: Partial<RecoveryFacts['data']>;
  readonly use?: RecoveryFacts['use'];
  readonly expired?: number;
}): RecoveryFacts {
  return {
    target: createTarget(facts.target),
    data: { dump: createDump(), aof: null, wasAofOn: null, ...facts.data },
    use: facts.use ?? 'auto',
    expired: facts.expired ?? null,
  };
}
