// How a server is started: by hand where nobody else does it, for a moment with its AOF off, and with settings that nobody says.
import test from 'ava';

import {
  type KnownStart,
  planLoadingStart,
} from '../../../../src/engine/recover/loading/plan-loading-start.js';
import { planRecovery } from '../../../../src/engine/recover/plan/plan-recovery.js';
import type { RecoveryPlan } from '../../../../src/engine/recover/plan/recovery-plan.js';
import type { Supervision } from '../../../../src/redis/control/supervision.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import {
  START,
  createFacts,
  createRunning,
  createSettings,
} from '../../../support/redis/recovery-facts.js';

function plan(facts: Parameters<typeof createFacts>[0]): RecoveryPlan {
  return planRecovery(createFacts(facts), '20261128T031500Z');
}

test('a server that a person starts by hand is stopped where it runs, and its command is told', (t) => {
  const supervision = { kind: 'by-hand', command: 'redis-server /etc/redis.conf' } as const;
  const { stop, start } = plan({ target: { running: null, supervision } });
  t.is(stop.kind, 'nothing');
  t.deepEqual(start, supervision);
});

test('the plan tells of settings that nobody says', (t) => {
  const { notes } = plan({ target: { settings: createSettings({ knownFrom: 'directory' }) } });
  const note = notes.find(({ kind }) => kind === 'assumed-settings');
  t.regex(
    note?.message ?? '',
    /started with 'appendonly no' and the names dump\.rdb, appendonlydir$/,
  );
  t.regex(note?.hint ?? '', /--redis-conf FILE/);
});

test('a server is started with its AOF off by the words that started it, or by its configuration file', (t) => {
  const known = {
    configuration: pathFromText('/etc/redis.conf'),
    owner: { uid: 112, gid: 120 },
    program: '/usr/bin/redis-server',
  };
  const wordsOf = (supervision: Supervision, given: Partial<KnownStart> = {}) =>
    planLoadingStart(supervision, { ...known, ...given })?.args.join(' ') ?? null;
  const unit = { kind: 'systemd', unit: 'redis.service' } as const;
  const words = 'redis-server /etc/redis.conf --appendonly no';
  t.is(wordsOf({ kind: 'none', start: START }, { configuration: null }), words);
  t.is(wordsOf(unit), words);
  t.is(wordsOf(unit, { configuration: null }), null);
  t.is(wordsOf(unit, { program: undefined }), null);
});

test('the plan tells of Sentinels where there is no replica', (t) => {
  const kinds = (running: Parameters<typeof createRunning>[0]) =>
    plan({ target: { running: createRunning(running) } }).notes.map(({ kind }) => kind);
  t.true(kinds({ isWatched: true }).includes('watched'));
  t.false(kinds({ replicas: 1 }).includes('watched'));
});
