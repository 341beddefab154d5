import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  type BytePath,
  joinPath,
  pathFromBytes,
  pathFromText,
  pathToBytes,
} from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { setModificationTimes } from '../../../../src/system/files/metadata/modification-times.js';

function makeFolder(t: ExecutionContext): BytePath {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rewind-metadata-'));
  t.teardown(() => fs.rmSync(folder, { recursive: true }));
  return pathFromText(folder);
}

function makeFile(folder: BytePath, name: BytePath | string): BytePath {
  const file = joinPath(folder, name);
  fs.writeFileSync(pathToBytes(file), '');
  return file;
}

function mtimeNs(file: BytePath): bigint {
  return fs.lstatSync(pathToBytes(file), { bigint: true }).mtimeNs;
}

test('times are exact to the nanosecond, before 1970 and far in the future too', (t) => {
  const folder = makeFolder(t);
  const entries = [
    0n,
    1n,
    999_999_999n,
    1_700_000_000_000_000_000n,
    1_700_000_000_123_456_789n,
    1_700_000_000_000_000_001n,
    4_000_000_000_999_999_999n,
    -1n,
    -1_000_000_000n,
    -1_500_000_000n,
    -999_999_999n,
  ].map((ns, index) => ({ path: makeFile(folder, `f${index}`), mtimeNs: ns }));
  t.deepEqual(setModificationTimes(entries), []);
  for (const entry of entries) t.is(mtimeNs(entry.path), entry.mtimeNs);
});

test('the access time becomes the modification time', (t) => {
  const file = makeFile(makeFolder(t), 'f');
  const ns = 1_600_000_000_987_654_321n;
  t.deepEqual(setModificationTimes([{ path: file, mtimeNs: ns }]), []);
  t.is(fs.lstatSync(pathToBytes(file), { bigint: true }).atimeNs, ns);
});

test('a symbolic link gets its own time and its target keeps the old one', (t) => {
  const folder = makeFolder(t);
  const target = makeFile(folder, 'target');
  setModificationTimes([{ path: target, mtimeNs: 5n }]);
  const link = joinPath(folder, 'link');
  fs.symlinkSync('target', pathToBytes(link));
  const dangling = joinPath(folder, 'dangling');
  fs.symlinkSync('nowhere', pathToBytes(dangling));
  const entries = [link, dangling].map((each) => ({ path: each, mtimeNs: 7_000_000_123n }));
  t.deepEqual(setModificationTimes(entries), []);
  t.is(mtimeNs(link), 7_000_000_123n);
  t.is(mtimeNs(dangling), 7_000_000_123n);
  t.is(mtimeNs(target), 5n);
});

test('a folder keeps its time while the files in it get theirs', (t) => {
  const folder = makeFolder(t);
  const file = makeFile(folder, 'f');
  const entries = [
    { path: folder, mtimeNs: 1_000_000_000_000_000_001n },
    { path: file, mtimeNs: 1_000_000_000_000_000_003n },
  ];
  t.deepEqual(setModificationTimes(entries), []);
  t.is(mtimeNs(folder), 1_000_000_000_000_000_001n);
  t.is(mtimeNs(file), 1_000_000_000_000_000_003n);
});

test('names may be any bytes, including options and line breaks', (t) => {
  const folder = makeFolder(t);
  const names = ['-h', '@5', 'a b', 'q\'"\\', 'line\nbreak', ' ', 'é'].map((name) =>
    pathFromText(name),
  );
  names.push(pathFromBytes(Buffer.from([0xff, 0xfe, 0x01, 0x80])));
  const entries = names.map((name, index) => ({
    path: makeFile(folder, name),
    mtimeNs: 1_500_000_000_000_000_001n + BigInt(index),
  }));
  t.deepEqual(setModificationTimes(entries), []);
  for (const entry of entries) t.is(mtimeNs(entry.path), entry.mtimeNs);
});

test('paths whose time could not be set are returned, and the others are set', (t) => {
  const folder = makeFolder(t);
  const missing = joinPath(folder, 'missing');
  const file = makeFile(folder, 'f');
  const ns = 1_500_000_000_000_000_007n;
  t.deepEqual(
    setModificationTimes([
      { path: missing, mtimeNs: ns },
      { path: file, mtimeNs: ns },
    ]),
    [missing],
  );
  t.is(mtimeNs(file), ns);
  t.is(fs.existsSync(pathToBytes(missing)), false);
});

test.serial('without touch, the paths that Node.js cannot set exactly are returned', (t) => {
  const folder = makeFolder(t);
  const whole = makeFile(folder, 'whole');
  const fine = makeFile(folder, 'fine');
  const search = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  t.teardown(() => {
    process.env['PATH'] = search;
  });
  t.deepEqual(
    setModificationTimes([
      { path: whole, mtimeNs: 1_500_000_000_000_000_000n },
      { path: fine, mtimeNs: 1_500_000_000_000_000_007n },
    ]),
    [fine],
  );
  t.is(mtimeNs(whole), 1_500_000_000_000_000_000n);
});

test('nothing to set starts no program and returns nothing', (t) => {
  t.deepEqual(setModificationTimes([]), []);
});

test('the file system sets times through the same function', (t) => {
  const file = makeFile(makeFolder(t), 'f');
  const ns = 1_500_000_000_000_000_009n;
  t.deepEqual(new RealFileSystem().setModificationTimes([{ path: file, mtimeNs: ns }]), []);
  t.is(mtimeNs(file), ns);
});
