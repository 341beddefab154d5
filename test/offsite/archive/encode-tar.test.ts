// The headers of a tar, read by another implementation: names of any bytes and any length, owners and sizes and times that do
// not fit into a ustar header.
import test from 'ava';
import { createTarDecoder } from 'modern-tar';
import { encodeTarHeader, tarEnd } from '../../../src/offsite/archive/encode-tar.js';
import { readTarHeader } from '../../../src/offsite/archive/read-tar.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import { ByteSource } from '../../../src/system/streams/byte-source.js';
import { archiveEntry, fileEntry, tarPart } from '../../support/archive/archives.js';

const ENTRIES = [
  archiveEntry(''),
  archiveEntry('d'.repeat(99)),
  archiveEntry('d'.repeat(100)),
  fileEntry(`${'e'.repeat(98)}ä`, Buffer.from('1')),
  fileEntry(`${'long/'.repeat(200)}name`, Buffer.from('22'), { mtimeNs: 0n }),
  fileEntry('old', Buffer.from('333'), { mtimeNs: -1_500_000_000n }),
  fileEntry('older', Buffer.alloc(513), { mtimeNs: -2_000_000_000n, mode: 0o6755 }),
  fileEntry('owned', Buffer.alloc(512), { uid: 4_294_967_294, gid: 2_097_152 }),
  archiveEntry('link', { type: 'symlink', linkTarget: pathFromText('../elsewhere') }),
  archiveEntry('far', { type: 'symlink', linkTarget: pathFromText('x/'.repeat(500)) }),
];

test('another program reads names, owners, sizes, modes and times from the headers', async (t) => {
  const tar = Buffer.concat([
    ...ENTRIES.map((entry) => tarPart(entry, Buffer.alloc(entry.sizeBytes))),
    tarEnd(0),
  ]);
  const found = [];
  const stream = new Blob([tar]).stream().pipeThrough(createTarDecoder());
  for await (const { header, body } of stream) {
    found.push(header);
    await new Response(body).arrayBuffer();
  }
  t.deepEqual(
    found.map(({ name }) => name.replace(/^\.?\/|\/$/g, '')),
    ENTRIES.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8')),
  );
  t.deepEqual(
    found.map(({ type, size, mode, uid, gid }) => ({ type, size, mode, uid, gid })),
    ENTRIES.map(({ type, sizeBytes: size, mode, uid, gid }) => ({ type, size, mode, uid, gid })),
  );
  t.deepEqual(
    found.map(({ mtime }) => mtime?.getTime()),
    ENTRIES.map(({ mtimeNs }) => Number(mtimeNs) / 1e6).map((ms) => Math.trunc(ms)),
  );
  t.deepEqual(
    found.map(({ linkname }) => linkname ?? ''),
    ENTRIES.map(({ linkTarget }) => linkTarget ?? ''),
  );
  t.true(found.every(({ uname, gname }) => (uname ?? '') === '' && (gname ?? '') === ''));
});

test('headers are read as they were written, names that are not UTF-8 too', async (t) => {
  const odd = [
    { ...archiveEntry('x'), path: '\xff\xfe' as BytePath },
    { ...archiveEntry('x'), path: '\xff'.repeat(250) as BytePath },
    archiveEntry('x', { type: 'symlink', linkTarget: '\xc3'.repeat(150) as BytePath }),
    fileEntry('huge', Buffer.alloc(0), { sizeBytes: 2 ** 52 }),
    fileEntry('large', Buffer.alloc(0), { sizeBytes: 8 * 2 ** 30 }),
    fileEntry('largest of ustar', Buffer.alloc(0), { sizeBytes: 8 * 2 ** 30 - 1 }),
  ];
  for (const entry of [...ENTRIES, ...odd]) {
    const { path, type, sizeBytes, linkTarget } = entry;
    const header = await readTarHeader(new ByteSource([encodeTarHeader(entry)]));
    t.deepEqual(header, { path, type, sizeBytes, linkTarget });
  }
});

test('an archive ends with a whole record, of two blocks of zeros at least', (t) => {
  for (const sizeBytes of [0, 512, 9216, 9728, 10_240, 1_000_448]) {
    const end = tarEnd(sizeBytes);
    t.is((sizeBytes + end.length) % 10_240, 0);
    t.true(end.length >= 1024 && end.length < 10_240 + 1024, `${sizeBytes}: ${end.length}`);
  }
});
