// Which files count as a save, and which changes make a new save.
import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createPathFilter, type PathRule } from '../../../src/engine/source/path-filter.js';
import { type SaveNames, findSaves, mayTellOfSave } from '../../../src/engine/watch/find-saves.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const NAMES: SaveNames = {
  dump: pathFromText('data'),
  log: pathFromText('log.aof'),
  folder: pathFromText('logs'),
};

class Place {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  static async create(t: ExecutionContext): Promise<Place> {
    return new Place(await temporaryDirectory(t));
  }

  /** As Redis puts a file in its place. */
  async put(name: string, content = name): Promise<void> {
    const file = path.join(this.directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  }

  async manifest(folder: string, name: string, ...lines: string[]): Promise<void> {
    const files = lines.map((line) => `file ${line}\n`).join('');
    await this.put(`${folder}/${name}.manifest`, files);
  }

  saves(names: SaveNames | null = null, rules: PathRule[] = []): Record<string, string> {
    const found = findSaves({
      fileSystem: new RealFileSystem(),
      directory: pathFromText(this.directory),
      names,
      filter: createPathFilter(rules),
    });
    return Object.fromEntries(
      found.map(({ path: name, kind, identity }) => [name, `${kind} ${identity}`]),
    );
  }
}

function kinds(saves: Record<string, string>): string[] {
  return Object.entries(saves).map(([name, save]) => `${save.split(' ')[0]} ${name}`);
}

test('without a server, saves are found by the endings of names: dumps, bases that a manifest names, single AOF files', async (t) => {
  const place = await Place.create(t);
  for (const name of [
    'dump.rdb',
    'appendonly.aof',
    'temp-4711.rdb',
    'temp-rewriteaof-4711.aof',
    'nodes.conf',
    'aofs/a.2.base.rdb',
    'aofs/a.1.base.rdb',
    'aofs/a.2.incr.aof',
    'deep/below/dump.rdb',
    'other/dump.rdb',
  ]) {
    await place.put(name);
  }
  await place.manifest('aofs', 'a', 'a.2.base.rdb seq 2 type b', 'a.2.incr.aof seq 2 type i');
  await place.manifest('aofs', 'temp-a', 'a.1.base.rdb seq 1 type b');
  await symlink('dump.rdb', path.join(place.directory, 'link.rdb'));
  t.deepEqual(kinds(place.saves()), [
    'base aofs/a.2.base.rdb',
    'log appendonly.aof',
    'dump dump.rdb',
  ]);
});

test('with a server, only files with the names that the server uses are saves', async (t) => {
  const place = await Place.create(t);
  for (const name of ['data', 'dump.rdb', 'log.aof', 'logs/b', 'aofs/c']) await place.put(name);
  await place.manifest('logs', 'log.aof', 'b seq 1 type b');
  await place.manifest('logs', 'other', 'b seq 1 type b');
  await place.manifest('aofs', 'log.aof', 'c seq 1 type b');
  t.deepEqual(kinds(place.saves(NAMES)), ['dump data', 'base logs/b']);
  t.deepEqual(kinds(place.saves({ ...NAMES, folder: null })), ['dump data', 'log log.aof']);
  t.true(mayTellOfSave(pathFromText('data'), NAMES));
  t.true(mayTellOfSave(pathFromText('log.aof.manifest'), NAMES));
  t.false(mayTellOfSave(pathFromText('dump.rdb'), NAMES));
});

test('a file that is left out of the snapshots is no save', async (t) => {
  const place = await Place.create(t);
  await place.put('dump.rdb');
  await place.put('old.rdb');
  await place.put('aofs/b');
  await place.manifest('aofs', 'a', 'b seq 1 type b');
  const rules: PathRule[] = [
    { kind: 'exclude', pattern: 'old.rdb' },
    { kind: 'exclude', pattern: 'aofs' },
  ];
  t.deepEqual(kinds(place.saves(null, rules)), ['dump dump.rdb']);
});

test('an invalid manifest, and one whose base is gone, are no save', async (t) => {
  const place = await Place.create(t);
  await place.put('aofs/a.manifest', 'nonsense');
  await place.manifest('more', 'a', 'gone seq 1 type b');
  await place.manifest('less', 'a', 'x seq 1 type i');
  t.deepEqual(kinds(place.saves()), []);
});

test('a new inode, size or time is a new save; the growth of an AOF is not', async (t) => {
  const place = await Place.create(t);
  await place.put('dump.rdb');
  await place.put('old.aof');
  await place.put('aofs/b');
  await place.put('aofs/i');
  await place.manifest('aofs', 'a', 'b seq 1 type b', 'i seq 1 type i');
  const first = place.saves();
  await appendFile(path.join(place.directory, 'old.aof'), 'more');
  await appendFile(path.join(place.directory, 'aofs/i'), 'more');
  await place.manifest('aofs', 'a', 'b seq 1 type b', 'i seq 1 type i', 'j seq 2 type i');
  t.deepEqual(place.saves(), first);

  await place.put('old.aof');
  await utimes(path.join(place.directory, 'dump.rdb'), 1000, 1000);
  const second = place.saves();
  t.is(second['aofs/b'], first['aofs/b']);
  t.not(second['dump.rdb'], first['dump.rdb']);
  t.not(second['old.aof'], first['old.aof']);

  await place.put('aofs/c');
  await place.manifest('aofs', 'a', 'c seq 2 type b', 'j seq 2 type i');
  await rm(path.join(place.directory, 'aofs/b'));
  t.deepEqual(kinds(place.saves()), ['base aofs/c', 'dump dump.rdb', 'log old.aof']);
});

test('a manifest that is a link is not read, wherever it leads', async (t) => {
  const place = await Place.create(t);
  await place.put('logs/base.rdb');
  await place.manifest('elsewhere', 'log.aof', 'base.rdb seq 1 type b');
  const manifest = path.join(place.directory, 'logs/log.aof.manifest');
  await symlink('../elsewhere/log.aof.manifest', manifest);
  t.deepEqual(kinds(place.saves(NAMES)), []);
  await rm(manifest);
  await place.manifest('logs', 'log.aof', 'base.rdb seq 1 type b');
  t.deepEqual(kinds(place.saves(NAMES)), ['base logs/base.rdb']);
});
