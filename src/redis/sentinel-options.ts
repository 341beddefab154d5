// Which Sentinels are asked, for what, and which server of it is wanted; from options as they were typed.
// Pure.
import { isIP } from 'node:net';
import { UsageError } from '../errors.js';
import type { Endpoint } from './server-address.js';

/** Options as they were given; null where one was not. */
export interface SentinelOptions {
  /** `--sentinel`, each HOST[:PORT] or several of them with commas in between. */
  readonly sentinels: readonly string[];
  /** `--master`: the name under which the Sentinels watch a primary and its replicas. */
  readonly master: string | null;
  /** `--prefer`: `primary` or `replica`. */
  readonly prefer: string | null;
}

export interface SentinelSearch {
  /** In the order in which they are asked. */
  readonly endpoints: readonly Endpoint[];
  /** Null: the only one that they watch. */
  readonly master: string | null;
  readonly prefers: 'primary' | 'replica';
}

const DEFAULT_PORT = 26_379;

/** @throws UsageError */
export function parseSentinelSearch({
  sentinels,
  master,
  prefer,
}: SentinelOptions): SentinelSearch {
  const prefers = prefer ?? 'primary';
  if (prefers !== 'primary' && prefers !== 'replica') {
    throw new UsageError(`'${prefers}' is no kind of server`, {
      hint: '--prefer takes primary or replica',
    });
  }
  if (master === '') throw new UsageError('--master names nothing');
  const endpoints = sentinels.flatMap((list) => list.split(',')).map(parseSentinel);
  return { endpoints, master, prefers };
}

/** `HOST`, `HOST:PORT`, `[::1]`, `[::1]:26379`, or an IPv6 address as it is. */
function parseSentinel(text: string): Endpoint {
  const [, bracketed, host = bracketed, port = String(DEFAULT_PORT)] =
    /^(?:\[([^\][]+)\]|([^:\][]+))(?::([0-9]{1,5}))?$/.exec(text.trim()) ?? [];
  const plain = host ?? (isIP(text) === 6 ? text : null);
  const number = Number(port);
  if (plain === null || number < 1 || number > 65_535) {
    throw new UsageError(`'${text}' is no address of a Sentinel`, {
      hint: 'it is HOST or HOST:PORT, several with commas in between; an IPv6 address in brackets',
    });
  }
  return { kind: 'tcp', host: plain, port: number };
}
