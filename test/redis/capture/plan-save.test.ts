// Whether a server is asked to save, and how much space its dump needs.
import test from 'ava';
import { NoSpaceError, ServerError, UsageError } from '../../../src/errors.js';
import {
  estimateDumpBytes,
  parseSaveMode,
  planSave,
  requireSaveSpace,
} from '../../../src/redis/capture/plan-save.js';
import type { ServerFacts } from '../../../src/redis/server/server-facts.js';
import type { ServerSettings } from '../../../src/redis/server/server-settings.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

function facts(changes: Partial<ServerFacts> = {}): ServerFacts {
  return {
    version: '7.0.15',
    product: 'redis',
    majorVersion: 7,
    runId: 'x',
    processId: 1,
    uptimeSeconds: 1,
    role: 'primary',
    primary: null,
    isLinkUp: true,
    replicationOffset: 0,
    databases: [],
    usedMemoryBytes: 1000,
    isAofEnabled: false,
    aofStatus: null,
    saveStatus: 'ok',
    timeSeconds: 1,
    lastSaveSeconds: 1,
    ...changes,
  };
}

function settings(savePoints: string | null): ServerSettings {
  return {
    directory: pathFromText('/d'),
    dumpName: pathFromText('dump.rdb'),
    aofName: pathFromText('appendonly.aof'),
    aofFolder: pathFromText('appendonlydir'),
    savePoints,
    maxmemoryPolicy: null,
    knownFrom: 'config',
  };
}

for (const [mode, savePoints, isAofEnabled, how, isPersistenceOff] of [
  ['auto', '60 1', false, 'bgsave', false],
  ['auto', '60 1', true, 'bgsave', false],
  ['auto', '', true, 'none', false],
  ['auto', '', false, 'bgsave', true],
  ['auto', null, true, 'bgsave', false],
  ['auto', null, false, 'bgsave', false],
  ['bgsave', '', true, 'bgsave', false],
  ['save', '', false, 'save', true],
  ['none', '60 1', true, 'none', false],
] as const) {
  const aof = isAofEnabled ? 'AOF' : 'no AOF';
  test(`${mode} with save points '${savePoints}' and ${aof}: ${how}`, (t) => {
    const plan = planSave(mode, 'h:1', facts({ isAofEnabled }), settings(savePoints));
    t.deepEqual(plan, { how, isPersistenceOff });
  });
}

test('a replica without its primary is refused, unless --save none takes its files', (t) => {
  const replica = facts({ role: 'replica', isLinkUp: false });
  t.throws(() => planSave('auto', 'h:1', replica, settings('60 1')), { instanceOf: ServerError });
  t.is(planSave('none', 'h:1', replica, settings('60 1')).how, 'none');
});

test('a way to save that does not exist is wrong usage', (t) => {
  t.is(parseSaveMode('bgsave'), 'bgsave');
  t.throws(() => parseSaveMode('sync'), { instanceOf: UsageError });
});

test('the estimate of the next dump grows with the memory of the server', (t) => {
  t.is(estimateDumpBytes(null, 5000), 5000);
  t.is(estimateDumpBytes(null, null), 0);
  t.is(estimateDumpBytes({ sizeBytes: 100, usedMemoryBytes: 1000 }, 3000), 300);
  t.is(estimateDumpBytes({ sizeBytes: 100, usedMemoryBytes: 1000 }, 500), 100);
  t.is(estimateDumpBytes({ sizeBytes: 100, usedMemoryBytes: null }, 500), 100);
  t.is(estimateDumpBytes({ sizeBytes: 100, usedMemoryBytes: 1000 }, null), 100);
});

test('a dump that would not fit is refused', (t) => {
  requireSaveSpace(pathFromText('/d'), 100, 100);
  const error = t.throws(() => requireSaveSpace(pathFromText('/d'), 100, 99), {
    instanceOf: NoSpaceError,
  });
  t.regex(error?.hint ?? '', /may refuse all writes/);
});
