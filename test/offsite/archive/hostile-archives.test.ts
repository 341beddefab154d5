// Archives that were damaged, cut off, or made by somebody who means harm: each is refused with one line, and none costs more
// than a bounded time and memory.
import test from 'ava';
import { CorruptError, NewerFormatError } from '../../../src/errors.js';
import { encodeManifest } from '../../../src/offsite/archive/encode-manifest.js';
import { encodeTarHeader } from '../../../src/offsite/archive/encode-tar.js';
import type { ArchiveEntry, ArchiveManifest } from '../../../src/offsite/archive/manifest.js';
import type { BytePath } from '../../../src/system/files/byte-path.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import {
  archiveEntry,
  fileEntry,
  manifestPart,
  packTar,
  readTestArchive,
  smallArchive,
  tarPart,
  tarParts,
  testManifest,
} from '../../support/archive/archives.js';

const DUMP = Buffer.from('REDIS0011 and so on');

interface Hostile {
  readonly title: string;
  readonly bytes: () => Promise<Buffer>;
  readonly message: RegExp;
}

/** @param change of the parts: the manifest, then one for each entry */
async function repacked(change: (parts: Buffer[]) => readonly Buffer[]): Promise<Buffer> {
  return packTar(change(tarParts(smallArchive())));
}

async function withManifest(manifest: ArchiveManifest): Promise<Buffer> {
  return packTar([manifestPart(manifest)]);
}

async function withEntries(...entries: readonly ArchiveEntry[]): Promise<Buffer> {
  return withManifest(testManifest(entries));
}

async function withLines(change: (lines: string[]) => string[]): Promise<Buffer> {
  const { manifest } = smallArchive();
  const text = Buffer.concat([...encodeManifest(manifest)]).toString('utf8');
  const lines = change(text.split('\n').slice(0, -1));
  return packTar([manifestPart(manifest, Buffer.from(lines.map((line) => `${line}\n`).join('')))]);
}

async function withFirstLine(changes: Record<string, unknown>): Promise<Buffer> {
  return withLines(([first = '', ...others]) => [
    JSON.stringify({ ...(JSON.parse(first) as object), ...changes }),
    ...others,
  ]);
}

async function withLastLine(changes: Record<string, unknown>): Promise<Buffer> {
  return withLines((lines) => {
    const last = JSON.parse(lines.at(-1) ?? '') as object;
    return [...lines.slice(0, -1), JSON.stringify({ ...last, ...changes })];
  });
}

function at(part: Buffer, offset: number, text: string): Buffer {
  const changed = Buffer.from(part);
  changed.write(text, offset, 'latin1');
  return withChecksum(changed);
}

function withChecksum(part: Buffer): Buffer {
  part.fill(' ', 148, 156);
  const sum = part.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  part.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return part;
}

const root = archiveEntry('');
const plain = { mtimeNs: 1_000_000_000n };

const HOSTILE: readonly Hostile[] = [
  {
    title: 'an empty file',
    bytes: async () => Buffer.alloc(0),
    message: /^this is not an archive of redis-rewind$/,
  },
  {
    title: 'a file of another kind',
    bytes: async () => Buffer.from('REDIS0011'),
    message: /^this is not an archive of redis-rewind$/,
  },
  {
    title: 'an encrypted archive in the text form of age',
    bytes: async () => Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n'),
    message: /text form of age/,
  },
  {
    title: 'a window of zstd that is too large',
    // A frame header that asks for 128 MiB, and an empty last block.
    bytes: async () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x01, 0x00, 0x00]),
    message: /asks for a window of \d+ bytes/,
  },
  {
    title: 'data after the end of the zstd frame',
    bytes: async () => Buffer.concat([await repacked((parts) => parts), Buffer.from('more')]),
    message: /data after the end of the zstd frame/,
  },
  {
    title: 'a second zstd frame',
    bytes: async () =>
      Buffer.concat([await repacked((parts) => parts), await zstdCompressBuffer(DUMP, 3)]),
    message: /data after the end of the zstd frame/,
  },
  {
    title: 'data after the end of the tar',
    bytes: async () =>
      zstdCompressBuffer(
        Buffer.concat([...tarParts(smallArchive()), Buffer.alloc(1024), Buffer.from('more')]),
        3,
      ),
    message: /data after the end of the tar archive/,
  },
  {
    title: 'zeros without end after the end of the tar',
    bytes: async () =>
      zstdCompressBuffer(Buffer.concat([...tarParts(smallArchive()), Buffer.alloc(4 << 20)]), 3),
    message: /data after the end of the tar archive/,
  },
  {
    title: 'no end of the tar',
    bytes: async () => zstdCompressBuffer(Buffer.concat(tarParts(smallArchive())), 3),
    message: /the tar archive ends too early/,
  },
  {
    title: 'a tar without a manifest',
    bytes: async () => packTar([tarPart(root), tarPart(fileEntry('dump.rdb', DUMP), DUMP)]),
    message: /does not begin with a manifest/,
  },
  {
    title: 'an empty tar',
    bytes: async () => packTar([]),
    message: /does not begin with a manifest/,
  },
  {
    title: 'a manifest that is a link',
    bytes: async () =>
      packTar([
        tarPart(
          archiveEntry('redis-rewind-data/manifest.jsonl', {
            type: 'symlink',
            linkTarget: '/etc/passwd' as BytePath,
          }),
        ),
      ]),
    message: /does not begin with a manifest/,
  },
  {
    title: 'a manifest of more bytes than any needs',
    bytes: async () => packTar([encodeTarHeader(bigManifest())]),
    message: /^the manifest has \d+ bytes, more than any archive needs$/,
  },
  {
    title: 'a manifest in one endless line',
    bytes: async () =>
      packTar([manifestPart(smallArchive().manifest, Buffer.alloc((16 << 20) + 1, ' '))]),
    message: /^a line of the manifest is too long$/,
  },
  {
    title: 'a manifest that is nested a million times',
    bytes: async () => withLines(() => ['['.repeat(1_000_000)]),
    message: /^line 1 of the manifest is nested too deep$/,
  },
  {
    title: 'a server of a million lists',
    bytes: async () => {
      const databases = Array.from({ length: 1_000_000 }, () => []);
      return withFirstLine({ server: { databases } });
    },
    message: /^line 1 of the manifest has too many values$/,
  },
  {
    title: 'a note of lists alone, which take ten times the memory of their text',
    bytes: async () => {
      const note = JSON.stringify({ kind: Array.from({ length: 100 }, () => []) });
      return withLines(([first = '', ...others]) => [
        JSON.stringify({ ...(JSON.parse(first) as object), notes: 1 }),
        note,
        ...others,
      ]);
    },
    message: /^line 2 of the manifest has too many values$/,
  },
  {
    title: 'a server that is nested too deep',
    bytes: async () => {
      const deep = JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as unknown;
      return withFirstLine({ server: deep });
    },
    message: /^line 1 of the manifest is nested too deep$/,
  },
  {
    title: 'a manifest that is not JSON',
    bytes: async () => withLines(([, ...others]) => ['{"format":', ...others]),
    message: /^line 1 of the manifest is not JSON$/,
  },
  {
    title: 'a manifest that is not UTF-8',
    bytes: async () =>
      packTar([manifestPart(smallArchive().manifest, Buffer.from('{"\xff":1}\n', 'latin1'))]),
    message: /^line 1 of the manifest is not JSON$/,
  },
  {
    title: 'a manifest that is a list',
    bytes: async () => withLines(() => ['[]']),
    message: /is not a JSON object/,
  },
  {
    title: 'a manifest of another program',
    bytes: async () => withFirstLine({ format: 'another' }),
    message: /not that of an archive of redis-rewind/,
  },
  {
    title: 'a manifest of version 0',
    bytes: async () => withFirstLine({ version: 0 }),
    message: /no archive of version 0/,
  },
  {
    title: 'a manifest with more entries than any snapshot',
    bytes: async () => withFirstLine({ entries: 2_000_000 }),
    message: /'entries' of line 1 of the manifest/,
  },
  {
    title: 'a manifest with fewer lines than it says',
    bytes: async () => withLines((lines) => lines.slice(0, -1)),
    message: /fewer lines than it says/,
  },
  {
    title: 'a manifest with more lines than it says',
    bytes: async () => withLines((lines) => [...lines, '{}']),
    message: /more lines than it says/,
  },
  {
    title: 'a manifest whose sizes do not add up',
    bytes: async () => withFirstLine({ contentBytes: 1 }),
    message: /do not add up/,
  },
  {
    title: 'a manifest that ends in a line',
    bytes: async () =>
      packTar([manifestPart(smallArchive().manifest, Buffer.from('{"format":"redis-rewind'))]),
    message: /ends in the middle of a line/,
  },
  {
    title: 'a size that is negative',
    bytes: async () => withLastLine({ size: -1 }),
    message: /'size' of line \d+ of the manifest is missing or makes no sense/,
  },
  {
    title: 'a size that no number holds',
    bytes: async () => withLastLine({ size: 2 ** 60 }),
    message: /'size' of line \d+/,
  },
  {
    title: 'a mode beyond the permission bits',
    bytes: async () => withLastLine({ mode: '77777' }),
    message: /'mode' of line \d+/,
  },
  {
    title: 'an owner that is no number',
    bytes: async () => withLastLine({ uid: 'root' }),
    message: /'uid' of line \d+/,
  },
  {
    title: 'the owner that means no change of owner',
    bytes: async () => withLastLine({ uid: 0xffff_ffff }),
    message: /'uid' of line \d+/,
  },
  {
    title: 'an entry of a kind that no snapshot has',
    bytes: async () => withLastLine({ type: 'device' }),
    message: /'type' of line \d+/,
  },
  {
    title: 'a file without a digest',
    bytes: async () => withLastLine({ sha256: null }),
    message: /'sha256' of line \d+/,
  },
  {
    title: 'a time beyond all clocks',
    bytes: async () => withLastLine({ mtimeNs: '1'.repeat(40) }),
    message: /'mtimeNs' of line \d+/,
  },
  ...[
    '../evil',
    '/etc/passwd',
    'a/../../evil',
    'a//b',
    './a',
    '..',
    'a/',
    'x'.repeat(256),
    '\\x00',
    '',
    'a/'.repeat(3000),
  ].map((path) => ({
    title: `the path '${path.slice(0, 20)}'`,
    bytes: async () => withLastLine({ path }),
    message: /unsafe path|no system takes/,
  })),
  {
    title: 'a path below a symbolic link',
    bytes: async () =>
      withEntries(
        root,
        archiveEntry('link', { type: 'symlink', linkTarget: '/etc' as BytePath }),
        fileEntry('link/passwd', DUMP),
      ),
    message: /has 'link\/passwd' before the directory that it is in/,
  },
  {
    title: 'a file before its directory',
    bytes: async () => withEntries(root, fileEntry('folder/file', DUMP), archiveEntry('folder')),
    message: /has 'folder\/file' before the directory/,
  },
  {
    title: 'a snapshot without a root',
    bytes: async () => withEntries(fileEntry('dump.rdb', DUMP)),
    message: /has 'dump.rdb' before the directory/,
  },
  {
    title: 'a path twice in the manifest',
    bytes: async () => withEntries(root, fileEntry('dump.rdb', DUMP), fileEntry('dump.rdb', DUMP)),
    message: /has 'dump.rdb' twice/,
  },
  {
    title: 'an entry that is missing',
    bytes: async () => repacked((parts) => parts.toSpliced(3, 1)),
    message: /has 'appendonlydir\/empty' in the place of 'appendonlydir\/appendonly/,
  },
  {
    title: 'a last entry that is missing',
    bytes: async () => repacked((parts) => parts.slice(0, -1)),
    message: /^the archive lacks 'n/,
  },
  {
    title: 'an entry that comes twice',
    bytes: async () => repacked((parts) => [...parts.slice(0, 3), ...parts.slice(2)]),
    message: /has 'appendonlydir' in the place of/,
  },
  {
    title: 'entries in another order',
    bytes: async () =>
      repacked(
        (parts) => [...parts.slice(0, 4), parts[5], parts[4], ...parts.slice(6)] as Buffer[],
      ),
    message: /in the place of/,
  },
  {
    title: 'an entry that the manifest lacks',
    bytes: async () => repacked((parts) => [...parts, tarPart(fileEntry('more', DUMP), DUMP)]),
    message: /^the archive has 'more', which its manifest lacks$/,
  },
  {
    title: 'a path that leads out of the archive in the tar alone',
    bytes: async () =>
      repacked((parts) =>
        parts.with(5, tarPart({ ...fileEntry('../dump.rdb', DUMP), ...plain }, DUMP)),
      ),
    message: /has '..\/dump.rdb' in the place of 'dump.rdb'/,
  },
  {
    title: 'another size in the tar',
    bytes: async () =>
      repacked((parts) =>
        parts.with(5, tarPart(fileEntry('dump.rdb', Buffer.alloc(9)), Buffer.alloc(9))),
      ),
    message: /^'dump.rdb' is not what the manifest says$/,
  },
  {
    title: 'another content',
    bytes: async () =>
      repacked((parts) => parts.with(5, tarPart(fileEntry('dump.rdb', DUMP), Buffer.alloc(19)))),
    message: /^'dump.rdb' does not have its digest$/,
  },
  {
    title: 'another target of a link',
    bytes: async () =>
      repacked((parts) =>
        parts.with(
          6,
          tarPart(archiveEntry('link', { type: 'symlink', linkTarget: '/etc/passwd' as BytePath })),
        ),
      ),
    message: /^'link' is not what the manifest says$/,
  },
  {
    title: 'a directory in the place of a file',
    bytes: async () => repacked((parts) => parts.with(5, tarPart(archiveEntry('dump.rdb')))),
    message: /^'dump.rdb' is not what the manifest says$/,
  },
  ...(['1', '3', '4', '6', 'S', 'V'] as const).map((flag) => ({
    title: `an entry of type ${flag} in the tar`,
    bytes: async () =>
      repacked((parts) =>
        parts.with(5, at(tarPart({ ...fileEntry('dump.rdb', DUMP), ...plain }, DUMP), 156, flag)),
      ),
    message: /^'dump.rdb' is no file, directory or symbolic link/,
  })),
  {
    title: 'a directory with bytes in the tar',
    bytes: async () =>
      repacked((parts) =>
        parts.with(2, at(tarPart(archiveEntry('appendonlydir', plain)), 124, '00000001000')),
      ),
    message: /has bytes in the tar archive, and is no file/,
  },
  {
    title: 'a header with a wrong checksum',
    bytes: async () =>
      repacked((parts) => {
        const part = Buffer.from(parts[5] as Buffer);
        part[200] = 1;
        return parts.with(5, part);
      }),
    message: /a header of the tar archive is damaged/,
  },
  {
    title: 'a size in the tar that is no number',
    bytes: async () =>
      repacked((parts) =>
        parts.with(5, at(tarPart({ ...fileEntry('dump.rdb', DUMP), ...plain }, DUMP), 124, '0x1')),
      ),
    message: /a number in a header of the tar archive makes no sense/,
  },
  {
    title: 'a size in the tar that is negative',
    bytes: async () =>
      repacked((parts) =>
        parts.with(
          5,
          at(
            tarPart({ ...fileEntry('dump.rdb', DUMP), ...plain }, DUMP),
            124,
            '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
          ),
        ),
      ),
    message: /a number in a header of the tar archive makes no sense/,
  },
  {
    title: 'an extended header of a gigabyte',
    bytes: async () =>
      repacked((parts) =>
        parts.with(
          5,
          at(tarPart({ ...fileEntry('x', DUMP), ...plain, sizeBytes: 1 << 30 }), 156, 'x'),
        ),
      ),
    message: /^an extended header of the tar archive has 1073741824 bytes$/,
  },
  {
    title: 'extended headers without end',
    bytes: async () => {
      const extension = at(tarPart({ ...fileEntry('x', DUMP), ...plain }, DUMP), 156, 'g');
      return repacked((parts) => [
        ...parts.slice(0, 5),
        ...Array.from({ length: 10_000 }, () => extension),
        ...parts.slice(5),
      ]);
    },
    message: /too many extended headers/,
  },
  {
    title: 'an extended header that is damaged',
    bytes: async () =>
      repacked((parts) =>
        parts.with(
          5,
          Buffer.concat([
            at(
              tarPart(
                { ...fileEntry('x', Buffer.from('99 path=x\n')), ...plain },
                Buffer.from('99 path=x\n'),
              ),
              156,
              'x',
            ),
            parts[5] as Buffer,
          ]),
        ),
      ),
    message: /an extended header of the tar archive is damaged/,
  },
  {
    title: 'a sparse file',
    bytes: async () => {
      const record = Buffer.from('22 GNU.sparse.major=1\n');
      return repacked((parts) =>
        parts.with(
          5,
          Buffer.concat([
            at(tarPart({ ...fileEntry('x', record), ...plain }, record), 156, 'x'),
            parts[5] as Buffer,
          ]),
        ),
      );
    },
    message: /sparse file/,
  },
  {
    title: 'a bomb: zeros in the place of a small file',
    bytes: async () =>
      repacked((parts) =>
        parts.with(5, tarPart(fileEntry('dump.rdb', DUMP), Buffer.alloc(64 << 20))),
      ),
    message: /does not have its digest/,
  },
];

function bigManifest(): ArchiveEntry {
  return fileEntry('redis-rewind-data/manifest.jsonl', Buffer.alloc(0), {
    ...plain,
    sizeBytes: 2 ** 31,
  });
}

for (const { title, bytes, message } of HOSTILE) {
  test(`an archive is refused: ${title}`, async (t) => {
    const error = await t.throwsAsync(readTestArchive(await bytes()), { instanceOf: CorruptError });
    t.regex(error?.message ?? '', message);
    t.false(/[\n]/.test(error?.message ?? ''));
  });
}

test('an archive of a newer version is refused as such', async (t) => {
  await t.throwsAsync(
    withFirstLine({ version: 2 }).then((bytes) => readTestArchive(bytes)),
    {
      instanceOf: NewerFormatError,
      message: /format 2/,
    },
  );
});

test('the archive that the others are made of is accepted', async (t) => {
  t.deepEqual(await readTestArchive(await repacked((parts) => parts)), smallArchive());
});
