// Which error of the operating system an error of Node.js stands for.
import { LINUX_ERRORS } from './linux-errors.js';

const NAMES = new Map(LINUX_ERRORS.map(([number, name]) => [number, name]));

const MEANINGS = new Map<string, string>([
  ...LINUX_ERRORS.map(([, name, meaning]) => [name, meaning] as const),
  // Two more names of the same numbers.
  ['EOPNOTSUPP', meaningOfNumber(95)],
  ['EWOULDBLOCK', meaningOfNumber(11)],
]);

/** Errors that the kernel should keep to itself have numbers from 512 on, such as 524 of some network file systems. */
const NUMBERED = /^E([0-9]+)$/;

/** The operating system's name of an error, such as ENOENT; '' where the error has none. */
export function errnoOf(error: unknown): string {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code !== 'string' || code.startsWith('ERR_')) return '';
  if (/^E[A-Z0-9]+$/.test(code)) return code;
  // What libuv does not know has a text in place of its name: "Unknown system error -122".
  const isUnnamed = code.startsWith('Unknown system error') || code === 'UNKNOWN';
  if (!isUnnamed || typeof errno !== 'number') return '';
  return NAMES.get(-errno) ?? `E${Math.abs(errno)}`;
}

/** What an error means, in plain words. */
export function meaningOfErrno(name: string): string {
  const [, number] = NUMBERED.exec(name) ?? [];
  return (
    MEANINGS.get(name) ?? (number === undefined ? name : `error ${number} of the operating system`)
  );
}

function meaningOfNumber(wanted: number): string {
  return LINUX_ERRORS.find(([number]) => number === wanted)?.[2] ?? '';
}
