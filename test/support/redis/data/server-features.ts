// What a server can do that older ones cannot, as its commands show.
import type { Redis } from 'ioredis';

export interface ServerFeatures {
  /** PEXPIRETIME, and SET with PXAT. */
  readonly hasExpiryTimes: boolean;
  readonly hasFunctions: boolean;
  /** Hashes whose fields expire. */
  readonly hasFieldExpiry: boolean;
  readonly hasVectorSets: boolean;
  /** XADD with IDMP. */
  readonly hasIdempotentStreams: boolean;
}

export async function readServerFeatures(client: Redis): Promise<ServerFeatures> {
  const names = ['PEXPIRETIME', 'FUNCTION', 'HPEXPIRETIME', 'VADD', 'XCFGSET'];
  const known = (await client.call('COMMAND', 'INFO', ...names)) as readonly unknown[];
  const has = (index: number): boolean => Array.isArray(known[index]);
  return {
    hasExpiryTimes: has(0),
    hasFunctions: has(1),
    hasFieldExpiry: has(2),
    hasVectorSets: has(3),
    hasIdempotentStreams: has(4),
  };
}
