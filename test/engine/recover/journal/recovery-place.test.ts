// Where journals of recoveries are kept, and how recoveries are told apart.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import {
  newRecoveryId,
  recoveriesPlaces,
  stateRecoveries,
} from '../../../../src/engine/recover/journal/recovery-place.js';
import { isRecoveryId } from '../../../../src/repository/layout.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';

const FOLDERS = [
  [0, '/x', '/root', '/var/lib/redis-rewind/recover'],
  [7, '/x/', '/home/u', '/x/redis-rewind/recover'],
  [7, 'relative', '/home/u', '/home/u/.local/state/redis-rewind/recover'],
  [7, undefined, '/home/u', '/home/u/.local/state/redis-rewind/recover'],
  [7, '', undefined, null],
] as const;

for (const [uid, stateHome, home, expected] of FOLDERS) {
  test(`user ${uid} with ${stateHome} and ${home}: ${expected}`, (t) => {
    const found = stateRecoveries({ uid, stateHome, home });
    t.is(found, expected === null ? null : pathFromText(expected));
  });
}

test('the repository comes first', (t) => {
  const folders = { uid: 0, stateHome: undefined, home: undefined };
  t.deepEqual(
    recoveriesPlaces(new RealFileSystem(), pathFromText('/srv/r'), folders),
    ['/srv/r/redis-rewind-data/recover', '/var/lib/redis-rewind/recover'].map(
      pathFromText,
    ) as never,
  );
});

test('an id is a time and the number of the program, and is used once', async (t) => {
  const place = await temporaryDirectory(t);
  const fileSystem = new RealFileSystem();
  const next = (processId: number): string =>
    newRecoveryId(
      fileSystem,
      [pathFromText(place)],
      Date.UTC(2026, 10, 28, 3, 15, 0, 999),
      processId,
    );
  t.is(next(4711), '20261128T031500Z-4711');
  t.is(next(812), '20261128T031500Z-812', 'another program in the same second has another one');
  await mkdir(path.join(place, next(4711)));
  t.is(next(4711), '20261128T031500Z-4712');
  t.true(isRecoveryId(next(4_194_304)));
});
