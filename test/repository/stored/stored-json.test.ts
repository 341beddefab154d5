// What the catalog keeps as JSON: the exact bytes that are written, the values that are read back, and the
// refusal of everything else.
import test from 'ava';
import { CorruptError } from '../../../src/errors.js';
import {
  type StoredFindings,
  decodeFindings,
  encodeFindings,
} from '../../../src/repository/stored/stored-findings.js';
import {
  type StoredNote,
  decodeNotes,
  encodeNotes,
} from '../../../src/repository/stored/stored-notes.js';
import {
  type StoredServer,
  decodeServer,
  encodeServer,
  readMasterName,
} from '../../../src/repository/stored/stored-server.js';

const NOTES: readonly StoredNote[] = [
  { hint: null, message: 'a "b" \u00e4', path: 'a', kind: 'stale', severity: 'look' },
  { severity: 'look', kind: 'mirror-lost', path: null, message: 'gone', hint: 'look' },
];
const NOTES_JSON =
  '[{"severity":"look","kind":"stale","path":"a","message":"a \\"b\\" ä","hint":null},' +
  '{"severity":"look","kind":"mirror-lost","path":null,"message":"gone","hint":"look"}]';

const SERVER: StoredServer = {
  aof: {
    files: [{ trimmedBytes: 7, sizeBytes: 185, path: 'appendonlydir/appendonly.aof.1.incr.aof' }],
    status: 'ok',
  },
  product: 'valkey',
  version: '8.0.1',
  runId: 'ca13',
  address: '127.0.0.1:6379',
  role: 'replica',
  primary: '10.0.0.5:6379',
  masterName: 'mymaster',
  replicationOffset: -1,
  databases: [{ expiringKeys: 1, keys: 2, database: 0 }],
  usedMemoryBytes: 1102552,
  maxmemoryPolicy: 'noeviction',
  save: 'bgsave',
  dumpTime: '2026-11-22T22:27:21Z',
};
const SERVER_JSON =
  '{"product":"valkey","version":"8.0.1","runId":"ca13","address":"127.0.0.1:6379","role":"replica",' +
  '"primary":"10.0.0.5:6379","masterName":"mymaster","replicationOffset":-1,' +
  '"databases":[{"database":0,"keys":2,"expiringKeys":1}],"usedMemoryBytes":1102552,' +
  '"maxmemoryPolicy":"noeviction","save":"bgsave","dumpTime":"2026-11-22T22:27:21Z",' +
  '"aof":{"status":"ok","files":[{"path":"appendonlydir/appendonly.aof.1.incr.aof","sizeBytes":185,' +
  '"trimmedBytes":7}]}}';

const FINDINGS: StoredFindings = {
  types: [{ sizeBytes: 20, keys: 1, type: 'string' }],
  databases: [{ sizeBytes: 40, expiringKeys: 1, keys: 2, database: 15 }],
  kind: 'dump',
  verdict: 'whole',
  rdbVersion: 10,
  serverVersion: '7.0.15',
  dumpTime: '+012026-11-22T22:27:21Z',
  keys: 2,
  expiringKeys: 1,
  skippedValues: 0,
  skippedKeys: 0,
  commands: null,
  firstTime: null,
  lastTime: '2026-11-22T22:27:22Z',
};
const FINDINGS_JSON =
  '{"kind":"dump","verdict":"whole","rdbVersion":10,"serverVersion":"7.0.15",' +
  '"dumpTime":"+012026-11-22T22:27:21Z",' +
  '"keys":2,"expiringKeys":1,' +
  '"databases":[{"database":15,"keys":2,"expiringKeys":1,"sizeBytes":40}],' +
  '"types":[{"type":"string","keys":1,"sizeBytes":20}],"skippedValues":0,"skippedKeys":0,' +
  '"commands":null,"firstTime":null,' +
  '"lastTime":"2026-11-22T22:27:22Z"}';

test('the stored JSON does not depend on the order of fields, nor on fields of reports', (t) => {
  const more = { later: 'of a report' };
  t.is(encodeNotes(NOTES.map((note) => ({ ...note, ...more }))), NOTES_JSON);
  t.is(encodeServer({ ...SERVER, ...more }), SERVER_JSON);
  t.is(encodeFindings({ ...FINDINGS, ...more }), FINDINGS_JSON);
  t.is(encodeNotes([]), '[]');
  t.regex(encodeServer({ ...SERVER, aof: null }), /"aof":null\}$/);
});

test('stored JSON is read back, in the order in which it is printed', (t) => {
  t.deepEqual(decodeNotes({ id: 1, notesJson: NOTES_JSON }), NOTES);
  t.deepEqual(decodeServer({ id: 1, serverJson: SERVER_JSON }), SERVER);
  t.deepEqual(decodeFindings("'a'", FINDINGS_JSON), FINDINGS);
  t.is(JSON.stringify(decodeServer({ id: 1, serverJson: SERVER_JSON })), SERVER_JSON);
  t.is(JSON.stringify(decodeFindings("'a'", FINDINGS_JSON)), FINDINGS_JSON);
  t.is(decodeServer({ id: 1, serverJson: null }), null);
});

test('a field of a later program is ignored', (t) => {
  const server = decodeServer({ id: 1, serverJson: withField(SERVER_JSON, 'later', [1]) });
  t.deepEqual(server, SERVER);
});

test('a word of a later program is read as text', (t) => {
  const words = { product: 'keydb', role: 'arbiter', save: 'diskless' };
  t.deepEqual(decodeServer({ id: 1, serverJson: JSON.stringify({ ...SERVER, ...words }) }), {
    ...SERVER,
    ...words,
  });
  t.is(decodeFindings("'a'", withField(FINDINGS_JSON, 'kind', 'base')).kind, 'base');
  const notesJson = NOTES_JSON.replaceAll('"look"', '"urgent"');
  t.deepEqual(
    decodeNotes({ id: 1, notesJson }).map(({ severity }) => severity),
    ['urgent', 'urgent'],
  );
});

test('the master name is read whatever else is damaged, and is null where it cannot be read', (t) => {
  const nameIn = (serverJson: string | null) => readMasterName({ id: 1, serverJson });
  t.is(nameIn(withField(SERVER_JSON, 'version', 5)), 'mymaster');
  t.is(nameIn(null), null);
  for (const damaged of ['5', '[', 'null', '{}', '{"masterName":5}']) t.is(nameIn(damaged), null);
});

test('a field that an early program did not write is null', (t) => {
  const { address, primary, masterName, ...early } = SERVER;
  const server = decodeServer({ id: 1, serverJson: JSON.stringify(early) });
  t.deepEqual(server, { ...SERVER, address: null, primary: null, masterName: null });
  t.deepEqual([address, primary, masterName].includes(null), false);
});

function withField(json: string, field: string, value: unknown): string {
  return JSON.stringify({ ...(JSON.parse(json) as object), [field]: value });
}

for (const [field, value, why] of [
  ['product', 1, "'product' is not text"],
  ['version', null, "'version' is not text"],
  ['role', null, "'role' is not text"],
  ['masterName', 1, "'masterName' is not text"],
  ['replicationOffset', '12', "'replicationOffset' is not a number"],
  ['databases', {}, "'databases' is not a list"],
  ['databases', [1], "item 0 of 'databases' is not an object"],
  ['databases', [{ database: 0, keys: -1, expiringKeys: 0 }], "'keys' is not a count"],
  ['databases', [{ database: 0.5, keys: 1, expiringKeys: 0 }], "'database' is not a count"],
  ['save', true, "'save' is not text"],
  ['dumpTime', 'yesterday', "'dumpTime' is not a time"],
  ['dumpTime', '2026-13-22T22:27:21Z', "'dumpTime' is not a time"],
  ['aof', [], "'aof' is not an object"],
  ['aof', { status: 'ok' }, "'files' is not a list"],
  ['aof', { status: 'ok', files: [{ path: 'a', sizeBytes: 1 }] }, "'trimmedBytes' is not a count"],
] as const) {
  test(`a server with the ${field} ${JSON.stringify(value)} is refused`, (t) => {
    const serverJson = withField(SERVER_JSON, field, value);
    const error = t.throws(() => decodeServer({ id: 7, serverJson }), { instanceOf: CorruptError });
    t.is(error.message, `the record of the server in snapshot 7 is damaged: ${why}`);
    t.is(error.snapshotId, 7);
  });
}

for (const [field, value, why] of [
  ['kind', null, "'kind' is not text"],
  ['rdbVersion', -1, "'rdbVersion' is not a count"],
  ['keys', '2', "'keys' is not a count"],
  ['types', [{ type: 1, keys: 1, sizeBytes: 1 }], "'type' is not text"],
  ['lastTime', 1, "'lastTime' is not text"],
] as const) {
  test(`findings with the ${field} ${JSON.stringify(value)} are refused`, (t) => {
    const json = withField(FINDINGS_JSON, field, value);
    const error = t.throws(() => decodeFindings("'a'", json), { instanceOf: CorruptError });
    t.is(error.message, `the record of what was found in 'a' is damaged: ${why}`);
  });
}

for (const [notesJson, why] of [
  ['{}', 'the text is not a list'],
  ['[null]', 'item 0 of the text is not an object'],
  ['[{"severity":1}]', "'severity' is not text"],
  ['[{"severity":"look","kind":"a","path":1,"message":"","hint":null}]', "'path' is not text"],
  ['[{"severity":"look","kind":"a","path":null,"hint":null}]', "'message' is not text"],
] as const) {
  test(`the notes ${notesJson} are refused`, (t) => {
    const error = t.throws(() => decodeNotes({ id: 3, notesJson }), { instanceOf: CorruptError });
    t.is(error.message, `the notes of snapshot 3 are damaged: ${why}`);
  });
}

test('text that is not JSON is refused', (t) => {
  const error = t.throws(() => decodeNotes({ id: 3, notesJson: '[' }), {
    instanceOf: CorruptError,
  });
  t.is(error.message, 'the notes of snapshot 3 are damaged: the text is not JSON');
  t.is(error.hint, "'redis-rewind verify REPO' shows what is damaged");
});
