// Which dumps each server reads. The table of facts is that of the servers that write each version.
import test from 'ava';

import {
  firstReaderOf,
  parseServerVersion,
  readsRdbVersion,
} from '../../../src/persistence/rdb/loadable-versions.js';

const CASES = [
  ['redis', '2.8.24', 6, true],
  ['redis', '2.8.24', 7, false],
  ['redis', '6.2.14', 9, true],
  ['redis', '6.2.14', 10, false],
  ['redis', '7.0.15', 10, true],
  ['redis', '7.0.15', 11, false],
  ['redis', '7.2.4', 11, true],
  ['redis', '8.4.0', 12, true],
  ['redis', '8.4.0', 13, false],
  ['redis', '8.10.0', 15, true],
  ['redis', '8.10.0', 16, false],
  ['redis', '8.12.0', 16, null],
  ['redis', '8.10.0', 80, false],
  ['redis', '2.4.0', 6, false],
  ['valkey', '8.1.0', 11, true],
  ['valkey', '8.1.0', 12, false],
  ['valkey', '9.2.0', 12, false],
  ['valkey', '8.1.0', 80, false],
  ['valkey', '9.0.0', 80, true],
  ['valkey', '9.1.2', 81, false],
  ['valkey', '9.2.0', 81, true],
  ['valkey', '10.0.0', 82, null],
  ['redict', '7.3.1', 11, true],
  ['redict', '7.3.1', 80, false],
] as const;

for (const [product, version, rdbVersion, expected] of CASES) {
  test(`${product} ${version} and a dump of version ${rdbVersion}: ${expected}`, (t) => {
    const server = parseServerVersion(product, version);
    t.is(server && readsRdbVersion(server, rdbVersion), expected);
  });
}

test('the first server that reads a version is named', (t) => {
  t.is(firstReaderOf(12), 'Redis 7.4');
  t.is(firstReaderOf(80), 'Valkey 9.0');
  t.is(firstReaderOf(99), null);
});

test('what is not a version is none', (t) => {
  for (const text of ['', 'x', '7', '7.x', '99999.1'])
    t.is(parseServerVersion('redis', text), null);
  t.deepEqual(parseServerVersion('valkey', '8.1-rc1'), { product: 'valkey', major: 8, minor: 1 });
});
