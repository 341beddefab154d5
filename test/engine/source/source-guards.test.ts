// When the source of a backup counts as the one of the last snapshot: same directory and host, or a
// primary that Sentinels know by the same name.
import test from 'ava';
import type { Snapshot } from '../../../src/catalog/records.js';
import { requireSameSource } from '../../../src/engine/source/source-guards.js';
import { SourceChangedError } from '../../../src/errors.js';
import { type StoredServer, encodeServer } from '../../../src/repository/stored/stored-server.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

const SERVER: StoredServer = {
  product: 'redis',
  version: '7.0.15',
  runId: 'a1',
  address: '127.0.0.1:6379',
  role: 'primary',
  primary: null,
  masterName: null,
  replicationOffset: null,
  databases: [],
  usedMemoryBytes: null,
  maxmemoryPolicy: null,
  save: 'none',
  dumpTime: null,
  aof: null,
};

/** As a backup writes it. @param server null where none was asked; else what it said beyond SERVER */
function snapshotOf(server: Partial<StoredServer> | null): Snapshot {
  const counts = { files: 1, sourceBytes: 1, addedBytes: 1, newFiles: 1, changedFiles: 0 };
  return {
    ...counts,
    deletedFiles: 0,
    incrementBytes: 0,
    id: 1,
    timeSeconds: 1_795_312_800,
    host: 'a',
    source: pathFromText('/old'),
    serverJson: server === null ? null : encodeServer({ ...SERVER, ...server }),
    notesJson: '[]',
  } as unknown as Snapshot;
}

const here = (masterName: string | null) => ({
  source: pathFromText('/new'),
  hostName: 'b',
  masterName,
});

test('the first snapshot, and one of the same place, are no change', (t) => {
  t.is(requireSameSource(null, here('m')), null);
  const same = { source: pathFromText('/old'), hostName: 'a', masterName: null };
  t.is(requireSameSource(snapshotOf({ masterName: 'm' }), same), null);
});

test('another place with the same name of the primary is a primary that has moved', (t) => {
  const note = requireSameSource(snapshotOf({ masterName: 'm' }), here('m'));
  t.is(note?.kind, 'moved');
  t.is(note?.message, "'m' has moved from '/old' of host 'a' to '/new' of host 'b'");
});

test('another name, or none on either side, is another source', (t) => {
  const lasts = [null, { masterName: 'other' }, { masterName: null }, {}].map(snapshotOf);
  for (const last of lasts) {
    t.throws(() => requireSameSource(last, here('m')), { instanceOf: SourceChangedError });
    t.throws(() => requireSameSource(last, here(null)), { instanceOf: SourceChangedError });
  }
});
