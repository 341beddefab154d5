// How a capture changes a scan: captured files replace the scanned ones, and other AOF files are left out.
import test from 'ava';
import { type Capture, applyCapture } from '../../../src/engine/server/capture-plan.js';
import { createPathFilter } from '../../../src/engine/source/path-filter.js';
import type { ScannedEntry, SourceScan } from '../../../src/engine/source/scan-source.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import type { FileStat } from '../../../src/system/files/file-system.js';

const path = (text: string): BytePath => pathFromText(text);
const statOf = (size: number): FileStat => ({ size: BigInt(size) }) as unknown as FileStat;

function entry(name: string, type: ScannedEntry['type'] = 'file'): ScannedEntry {
  const absolute = path(`/s/${name}`);
  return { path: path(name), absolute, type, stat: statOf(1), linkTarget: null };
}

function scan(...paths: string[]): SourceScan {
  const entries = paths.map((name) =>
    entry(name.replace(/\/$/, ''), name === '' || name.endsWith('/') ? 'directory' : 'file'),
  );
  return { entries, unreadable: [], notes: [], startedAtMs: 0 };
}

function capture(...paths: string[]): Capture {
  const files = paths.map((name) => {
    return [path(name), { kind: 'open', descriptor: 9, sizeBytes: 5, stat: statOf(7) }] as const;
  });
  return {
    files: new Map(files),
    aof: { folder: path('aof'), name: path('a.aof') },
    named: new Map(),
  };
}

function names({ entries }: SourceScan): string[] {
  return entries.map((each) => `${each.path} ${each.stat.size}`).toSorted();
}

const SOURCE = path('/s');

test('captured files are planned as they were captured, even when they are gone from SOURCE', (t) => {
  const scanned = scan('', 'dump.rdb', 'aof/', 'aof/a.aof.1.base.rdb');
  const captured = capture('dump.rdb', 'aof/a.aof.1.base.rdb', 'aof/a.aof.1.incr.aof');
  t.deepEqual(names(applyCapture(scanned, captured, SOURCE, createPathFilter([]))), [
    ' 1',
    'aof 1',
    'aof/a.aof.1.base.rdb 7',
    'aof/a.aof.1.incr.aof 7',
    'dump.rdb 7',
  ]);
});

test('AOF files outside the captured set are left out, other files are kept', (t) => {
  const others = ['aof/a.aof.old', 'aof/notes', 'b.aof.1.incr.aof', 'aof/b.aof.1.incr.aof'];
  const ofAof = ['aof/a.aof.2.base.aof', 'aof/a.aof.9.incr.aof', 'aof/a.aof.manifest'];
  const scanned = scan('', 'aof/', ...others, ...ofAof);
  const applied = applyCapture(scanned, capture(), SOURCE, createPathFilter([]));
  t.deepEqual(names(applied), ['', 'aof', ...others].map((name) => `${name} 1`).toSorted());
});

test('what is excluded is not captured either', (t) => {
  const captured = capture('dump.rdb', 'aof/a.aof.1.incr.aof');
  const rules = [{ kind: 'exclude', pattern: 'dump.rdb' }] as const;
  t.deepEqual(names(applyCapture(scan('', 'aof/'), captured, SOURCE, createPathFilter(rules))), [
    ' 1',
    'aof 1',
    'aof/a.aof.1.incr.aof 7',
  ]);
  t.deepEqual(names(applyCapture(scan(''), captured, SOURCE, createPathFilter(rules))), [' 1']);
});

test('a folder that has taken the place of a captured file is left out with all that is in it', (t) => {
  const scanned = scan(
    '',
    'dump.rdb/',
    'dump.rdb/x',
    'dump.rdb/deep/',
    'dump.rdb/deep/y',
    'dump.rdb2',
  );
  const unreadable = [path('dump.rdb'), path('dump.rdb/deep'), path('other')];
  const applied = applyCapture(
    { ...scanned, unreadable },
    capture('dump.rdb'),
    SOURCE,
    createPathFilter([]),
  );
  t.deepEqual(names(applied), [' 1', 'dump.rdb 7', 'dump.rdb2 1']);
  t.deepEqual(applied.unreadable, [path('other')]);
});
