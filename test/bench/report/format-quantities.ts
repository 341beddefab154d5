// Numbers as the benchmark shows them: decimal units for files, binary units for memory.
import path from 'node:path';

import { filesBelow, treeBytes } from '../file-tree.js';

/** `12 B`, `4.6 kB`, `381 MB`, `1.20 GB`: three significant digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : threeDigits(value)} ${units[unit]}`;
}

export function formatMebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** `0.045 s`, `1.42 s`, `52.3 s`, `381 s`. */
export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return `${seconds < 1 ? seconds.toFixed(3) : threeDigits(seconds)} s`;
}

/** `0.08`, `1.50`, `37.2`, `412`. */
export function formatRatio(ratio: number): string {
  return ratio < 1 ? ratio.toFixed(2) : threeDigits(ratio);
}

/** The content of a folder: `dump.rdb, 851 MB`, `3 files, 1.20 GB`. */
export async function describeFiles(directory: string): Promise<string> {
  const files = await filesBelow(directory);
  const [only = ''] = files;
  const name = files.length === 1 ? path.relative(directory, only) : `${files.length} files`;
  return `${name}, ${formatBytes(await treeBytes(directory))}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
