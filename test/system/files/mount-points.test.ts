// Mount points, as /proc has them.
import test from 'ava';

import { pathFromText } from '../../../src/system/files/byte-path.js';
import { isMountPoint, mountPoints } from '../../../src/system/files/mount-points.js';

test('mount points are found, and other directories are none', (t) => {
  t.true(isMountPoint(pathFromText('/proc')));
  t.false(isMountPoint(pathFromText('/proc/self')));
});

test('spaces and backslashes in the names of mount points are read', (t) => {
  const line = String.raw`36 35 98:0 /mnt1 /mnt/a\040b\134c rw,noatime master:1 - ext3 /dev/root rw`;
  t.deepEqual([...mountPoints(Buffer.from(`${line}\n`))], [pathFromText('/mnt/a b\\c')]);
});
