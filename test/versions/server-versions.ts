// The servers that are tried, and the Debian suites that have them. Suites move: what they hold on the day of a run
// decides, and the table says which version that was.

export interface ServerVersion {
  readonly product: 'redis' | 'valkey';
  /** What the version of the server must begin with. */
  readonly version: string;
  readonly suite: string;
  /** Packages of this suite are put over those of `suite`, where the server is not part of `suite`. */
  readonly over: string | null;
}

export const SERVER_VERSIONS: readonly ServerVersion[] = [
  { product: 'redis', version: '6.0.', suite: 'bullseye', over: null },
  { product: 'redis', version: '7.0.', suite: 'bookworm', over: null },
  { product: 'redis', version: '8.0.', suite: 'trixie', over: null },
  { product: 'redis', version: '8.6.', suite: 'sid', over: 'experimental' },
  { product: 'valkey', version: '8.1.', suite: 'trixie', over: null },
  { product: 'valkey', version: '9.1.', suite: 'sid', over: null },
];

/** Such as `redis-server`: the package, and the program in it. */
export function programOf({ product }: ServerVersion): string {
  return `${product}-server`;
}
