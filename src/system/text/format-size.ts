// Formats sizes for people. JSON has the plain numbers.

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `0 B`, `1023 B`, `1.0 KiB`, `345.6 MiB`: one digit after the point from KiB on. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  // 1023.95 would be shown as 1024.0, which is 1.0 of the next unit.
  while (unit < UNITS.length - 1 && (unit < 0 || value >= 1023.95)) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}
