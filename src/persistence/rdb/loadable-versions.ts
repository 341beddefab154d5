// Which version of the RDB format each server reads. A server reads its own version and all older ones, and refuses
// newer ones ("Can't handle RDB format version"). Valkey writes a magic of its own from version 80 on, which Redis does
// not read, and it refuses versions 12 to 79 as foreign. Pure.

export interface ServerVersion {
  readonly product: 'redis' | 'valkey' | 'redict';
  readonly major: number;
  readonly minor: number;
}

/** The first version of each server that writes a new version of the format, oldest first. */
const REDIS: readonly Step[] = [
  { major: 2, minor: 6, rdbVersion: 6 },
  { major: 3, minor: 2, rdbVersion: 7 },
  { major: 4, minor: 0, rdbVersion: 8 },
  { major: 5, minor: 0, rdbVersion: 9 },
  { major: 7, minor: 0, rdbVersion: 10 },
  { major: 7, minor: 2, rdbVersion: 11 },
  { major: 7, minor: 4, rdbVersion: 12 },
  { major: 8, minor: 6, rdbVersion: 13 },
  { major: 8, minor: 8, rdbVersion: 14 },
  { major: 8, minor: 10, rdbVersion: 15 },
];
const VALKEY: readonly Step[] = [
  { major: 7, minor: 2, rdbVersion: 11 },
  { major: 9, minor: 0, rdbVersion: 80 },
  { major: 9, minor: 2, rdbVersion: 81 },
];
/** Redict comes from Redis 7.2.4. What its later versions write was not seen. */
const REDICT: readonly Step[] = [{ major: 7, minor: 3, rdbVersion: 11 }];

interface Step extends Pick<ServerVersion, 'major' | 'minor'> {
  readonly rdbVersion: number;
}

const STEPS: Readonly<Record<ServerVersion['product'], readonly Step[]>> = {
  redis: REDIS,
  valkey: VALKEY,
  redict: REDICT,
};

/** From this version on the magic is that of Valkey. */
const VALKEY_FROM = 80;
/** The last version that Redis and Valkey share. */
const SHARED_UP_TO = 11;

/** @param text such as `7.0.15`; null where it is not a version */
export function parseServerVersion(
  product: ServerVersion['product'],
  text: string,
): ServerVersion | null {
  const [, major, minor] = /^([0-9]{1,4})\.([0-9]{1,4})(?![0-9])/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return null;
  return { product, major: Number(major), minor: Number(minor) };
}

/**
 * Whether the server reads dumps of this version.
 * @returns null where the server is newer than this program, and so is the dump
 */
export function readsRdbVersion(server: ServerVersion, rdbVersion: number): boolean | null {
  const isValkeys = rdbVersion >= VALKEY_FROM;
  if (isValkeys !== (server.product === 'valkey') && rdbVersion > SHARED_UP_TO) return false;
  const steps = STEPS[server.product];
  const own = steps.findLast((step) => isAtLeast(server, step));
  if (own === undefined) return false;
  if (rdbVersion <= own.rdbVersion) return true;
  // A server newer than the last step may read more than is known here.
  return own === steps.at(-1) && isNewer(server, own) ? null : false;
}

/** The first server that reads dumps of this version, such as `Redis 7.4`; null where none is known. */
export function firstReaderOf(rdbVersion: number): string | null {
  const isValkeys = rdbVersion >= VALKEY_FROM;
  const step = (isValkeys ? VALKEY : REDIS).find((each) => each.rdbVersion >= rdbVersion);
  return step === undefined
    ? null
    : `${isValkeys ? 'Valkey' : 'Redis'} ${step.major}.${step.minor}`;
}

export function isAtLeast(
  server: Pick<ServerVersion, 'major' | 'minor'>,
  { major, minor }: Pick<ServerVersion, 'major' | 'minor'>,
): boolean {
  return server.major > major || (server.major === major && server.minor >= minor);
}

function isNewer(server: ServerVersion, step: Step): boolean {
  return isAtLeast(server, step) && !isAtLeast(step, server);
}
