// The record of the server of a recovery: what is written is read again, nothing that may be a password is in it, and only a
// folder of this user is believed.
import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { JournalPlace } from '../../../../src/engine/recover/journal/recovery-journal.js';
import type { ServerRecord } from '../../../../src/engine/recover/journal/server-record.js';
import {
  listServerRecords,
  readServerRecord,
  removeServerRecord,
  writeServerRecord,
} from '../../../../src/engine/recover/journal/server-records.js';
import { InTheWayError } from '../../../../src/errors.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { START, createSettings } from '../../../support/redis/recovery-facts.js';

const ID = '20261128T031500Z';

const RECORD: ServerRecord = {
  recoveryId: ID,
  directory: { path: pathFromText('/var/lib/redis'), dev: 2049n, ino: 18_446_744_073_709_551_615n },
  address: '127.0.0.1:6379',
  owner: { uid: 112, gid: 120 },
  settings: createSettings({ isAofOn: true }),
  version: { product: 'valkey', major: 8, minor: 1 },
  configuration: pathFromText('/etc/redis/redis.conf'),
  supervision: { kind: 'none', start: START },
  loadingStart: START,
};

async function createPlace(t: ExecutionContext): Promise<JournalPlace & { readonly file: string }> {
  const root = await temporaryDirectory(t);
  const recoveries = path.join(root, 'state', 'recover');
  return {
    fileSystem: new RealFileSystem(),
    recoveries: pathFromText(recoveries),
    uid: process.geteuid?.() ?? 0,
    processId: process.pid,
    file: path.join(recoveries, ID, 'server'),
  };
}

const SUPERVISIONS: readonly ServerRecord['supervision'][] = [
  RECORD.supervision,
  { kind: 'none', start: null },
  { kind: 'systemd', unit: 'redis-server.service' },
  { kind: 'service', name: 'redis-server' },
  { kind: 'other', what: 'the engine of its container' },
  null,
];

for (const supervision of SUPERVISIONS) {
  test(`a record is read as it was written, until it is removed: ${supervision?.kind ?? 'typed'} ${supervision?.kind === 'none' && supervision.start === null ? 'by hand' : ''}`, async (t) => {
    const at = await createPlace(t);
    const record = { ...RECORD, supervision };
    writeServerRecord(at, record);
    t.deepEqual(readServerRecord(at, ID), record);
    t.deepEqual(listServerRecords(at), [record]);
    t.is(statSync(at.file).mode & 0o777, 0o600);
    t.is(statSync(path.dirname(at.file)).mode & 0o777, 0o700);
    removeServerRecord(at, ID);
    t.deepEqual(listServerRecords(at), []);
  });
}

test('arguments of a server that may be a password are not written', async (t) => {
  for (const words of [
    ['--requirepass', 'hush'],
    ['--masterauth', 'hush'],
    ['--user default on >hush ~* +@all'],
    ['--tls-key-file-pass', 'hush'],
  ]) {
    const at = await createPlace(t);
    const [name] = START.args;
    const start = { ...START, args: [name, ...words.map(pathFromText)] as const };
    writeServerRecord(at, { ...RECORD, supervision: { kind: 'none', start }, loadingStart: start });
    t.notRegex(readFileSync(at.file, 'utf8'), /hush/, words.join(' '));
    t.like(readServerRecord(at, ID), {
      supervision: { kind: 'none', start: null },
      loadingStart: null,
    });
  }
});

test('a record that was cut off or is damaged means nothing', async (t) => {
  const at = await createPlace(t);
  writeServerRecord(at, RECORD);
  const whole = readFileSync(at.file, 'utf8');
  truncateSync(at.file, whole.length - 1);
  t.is(readServerRecord(at, ID), null);
  for (const text of [
    'x\n',
    '{}\n',
    '',
    whole.replace(ID, '20261128T031501Z'),
    whole.replace('2049', 'x'),
  ]) {
    writeFileSync(at.file, text);
    t.is(readServerRecord(at, ID), null, text);
  }
});

test('a record in a folder in which others may write is refused', async (t) => {
  const at = await createPlace(t);
  writeServerRecord(at, RECORD);
  for (const folder of [path.dirname(at.file), path.dirname(path.dirname(at.file))]) {
    chmodSync(folder, 0o777);
    t.throws(() => readServerRecord(at, ID), { instanceOf: InTheWayError });
    chmodSync(folder, 0o700);
  }
  mkdirSync(path.join(path.dirname(path.dirname(at.file)), '20261128T031502Z'));
  t.is(listServerRecords(at).length, 1);
});
