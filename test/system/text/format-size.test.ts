import test from 'ava';
import { formatSize } from '../../../src/system/text/format-size.js';

const SIZES: [bytes: number, shown: string][] = [
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 * 1023.9, '1023.9 KiB'],
  [1024 * 1023.96, '1.0 MiB'],
  [1024 ** 2, '1.0 MiB'],
  [854 * 1024 ** 2, '854.0 MiB'],
  [1024 ** 3 * 1.5, '1.5 GiB'],
  [1024 ** 5 * 5000, '5000.0 PiB'],
];

for (const [bytes, shown] of SIZES) {
  test(`${bytes} bytes are shown as ${shown}`, (t) => {
    t.is(formatSize(bytes), shown);
  });
}
