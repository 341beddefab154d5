import test from 'ava';
import {
  type BasisFile,
  chooseBasis,
} from '../../../../src/engine/backup/increments/choose-basis.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';

interface Options {
  readonly sizeBytes?: number;
  readonly device?: bigint;
  readonly inode?: bigint;
}

let nextInode = 1000n;

/** A file with an inode that no other has, unless one is given. */
function file(name: string, options: Options = {}): BasisFile {
  nextInode += 1n;
  return { path: pathFromText(name), sizeBytes: 100, device: 1n, inode: nextInode, ...options };
}

function chosen(leaving: BasisFile, ...candidates: BasisFile[]): string | null {
  const basis = chooseBasis(leaving, candidates);
  const backwards = chooseBasis(leaving, candidates.toReversed());
  return basis === backwards ? (basis?.path ?? null) : 'depends on the order';
}

test('the new content at the same path comes first', (t) => {
  const leaving = file('dump.rdb', { inode: 7n });
  t.is(
    chosen(leaving, file('dump.rdb.old', { inode: 7n }), file('dump.rdb'), file('old/dump.rdb')),
    'dump.rdb',
  );
});

test('a file that was renamed is found by its inode', (t) => {
  const leaving = file('dump.rdb', { inode: 7n });
  t.is(chosen(leaving, file('other.rdb'), file('dump.rdb.old', { inode: 7n })), 'dump.rdb.old');
  t.is(chosen(leaving, file('dump.rdb.old', { inode: 7n, device: 2n })), null);
});

test('two unknown inodes do not count as the same', (t) => {
  t.is(chosen(file('a', { inode: 0n }), file('b', { inode: 0n })), null);
});

test('the basis of an AOF base is the nearest base that follows', (t) => {
  const folder = 'appendonlydir/appendonly.aof';
  const leaving = file(`${folder}.9.base.rdb`);
  t.is(
    chosen(
      leaving,
      file(`${folder}.8.base.rdb`),
      file(`${folder}.11.base.rdb`),
      file(`${folder}.10.base.rdb`),
      file(`${folder}.9.incr.aof`),
      file(`${folder}.10.incr.aof`),
      file(`${folder}.manifest`),
      file('dump.rdb'),
    ),
    `${folder}.10.base.rdb`,
  );
});

test('a base of another AOF, folder or format is no basis', (t) => {
  const leaving = file('appendonlydir/appendonly.aof.1.base.rdb');
  t.is(chosen(leaving, file('appendonlydir/other.aof.2.base.rdb')), null);
  t.is(chosen(leaving, file('appendonlydir/my.appendonly.aof.2.base.rdb')), null);
  t.is(chosen(leaving, file('elsewhere/appendonly.aof.2.base.rdb')), null);
  t.is(chosen(leaving, file('appendonlydir/appendonly.aof.2.base.aof')), null);
  t.is(chosen(leaving, file('appendonlydir/appendonly.aof.2.base.rdb.bak')), null);
});

test('the next base is preferred to an inode that was used again', (t) => {
  const leaving = file('d/a.aof.1.base.rdb', { inode: 7n });
  t.is(
    chosen(leaving, file('d/a.aof.2.incr.aof', { inode: 7n }), file('d/a.aof.2.base.rdb')),
    'd/a.aof.2.base.rdb',
  );
});

test('the basis of an AOF of Redis 6 is the first base that Redis 7 made of it', (t) => {
  const leaving = file('appendonly.aof');
  t.is(
    chosen(
      leaving,
      file('appendonlydir/appendonly.aof.3.base.rdb'),
      file('appendonlydir/appendonly.aof.2.base.rdb'),
      file('appendonlydir/appendonly.aof.2.incr.aof'),
    ),
    'appendonlydir/appendonly.aof.2.base.rdb',
  );
});

test('the basis of an incr file is the file of the same name, or the newest base beside it', (t) => {
  const leaving = file('d/a.aof.1.incr.aof', { inode: 7n });
  const newer = file('d/a.aof.2.incr.aof', { inode: 7n });
  const bases = [
    file('d/a.aof.2.base.rdb'),
    file('d/a.aof.10.base.aof'),
    file('d/a.aof.9.base.rdb'),
  ];
  t.is(chosen(leaving, newer, ...bases), 'd/a.aof.10.base.aof');
  t.is(chosen(leaving, file('d/a.aof.1.incr.aof'), ...bases), 'd/a.aof.1.incr.aof');
  t.is(chosen(leaving, file('d/a.aof.2.incr.aof')), null);
  t.is(chosen(leaving, file('e/a.aof.2.base.rdb'), file('d/b.aof.2.base.rdb')), null);
});

test('a base that is far larger than the incr file is no basis for it', (t) => {
  const leaving = file('d/a.aof.1.incr.aof', { sizeBytes: 100 });
  t.is(chosen(leaving, file('d/a.aof.2.base.rdb', { sizeBytes: 6400 })), 'd/a.aof.2.base.rdb');
  t.is(chosen(leaving, file('d/a.aof.2.base.rdb', { sizeBytes: 6401 })), null);
});

test('a file of the same name in another folder is the last resort, the nearest in size', (t) => {
  const leaving = file('a/dump.rdb', { sizeBytes: 1000 });
  t.is(
    chosen(
      leaving,
      file('b/dump.rdb', { sizeBytes: 10 }),
      file('c/dump.rdb', { sizeBytes: 1100 }),
      file('d/dump.rdb', { sizeBytes: 5000 }),
    ),
    'c/dump.rdb',
  );
  t.is(
    chosen(
      leaving,
      file('c/dump.rdb', { sizeBytes: 1001 }),
      file('b/dump.rdb', { sizeBytes: 999 }),
    ),
    'b/dump.rdb',
  );
});

test('an unrelated file and an empty file are no basis', (t) => {
  t.is(chosen(file('dump.rdb')), null);
  t.is(chosen(file('dump.rdb'), file('users.acl')), null);
  t.is(chosen(file('dump.rdb'), file('dump.rdb', { sizeBytes: 0 })), null);
  t.is(
    chosen(file('dump.rdb'), file('dump.rdb', { sizeBytes: 0 }), file('x/dump.rdb')),
    'x/dump.rdb',
  );
});

test('a basis that is far too short for a long content is no basis, but may be one of a short content or an incr file', (t) => {
  const long = 100 * 2 ** 20;
  const leaving = file('dump.rdb', { sizeBytes: long });
  t.is(chosen(leaving, file('dump.rdb', { sizeBytes: long / 5 - 1 })), null);
  t.is(chosen(leaving, file('dump.rdb', { sizeBytes: long / 5 })), 'dump.rdb');
  t.is(chosen(file('dump.rdb', { sizeBytes: 2 ** 20 }), file('dump.rdb')), 'dump.rdb');
  t.is(
    chosen(file('a/x.aof.1.incr.aof', { sizeBytes: long }), file('a/x.aof.2.base.rdb')),
    'a/x.aof.2.base.rdb',
  );
});
