import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import {
  LEAST_OPEN_FILES,
  mostOpenFolders,
  openFilesLimit,
} from '../../../src/system/limits/open-files-limit.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

test('the limit is the soft one, and infinite where the kernel says so or says nothing', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'limits');
  const head = 'Limit                     Soft Limit           Hard Limit           Units\n';
  await fs.writeFile(
    file,
    `${head}Max open files            1024                 4096     files\n`,
  );
  t.is(openFilesLimit(file), 1024);
  await fs.writeFile(file, `${head}Max open files            unlimited     unlimited     files\n`);
  t.is(openFilesLimit(file), Number.POSITIVE_INFINITY);
  t.is(openFilesLimit(`${file}-missing`), Number.POSITIVE_INFINITY);
});

test('the fewer files may be open, the fewer folders are', (t) => {
  t.deepEqual(
    [LEAST_OPEN_FILES, 200, 324, 1024, Number.POSITIVE_INFINITY].map(mostOpenFolders),
    [8, 33, 64, 64, 64],
  );
});
