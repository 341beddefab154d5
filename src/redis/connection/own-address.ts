// Whether an address is one of this machine's: what runs there has its files here, unless a container or
// a tunnel is in between.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** @param address an IP address; of IPv6 also one that stands for IPv4 */
export function isOwnAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  if (plain.startsWith('127.') || plain === '::1') return true;
  return Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .some((own) => own.address === plain);
}

/** @param host an address, or a name that may not be known here */
export async function isOwnHost(host: string): Promise<boolean> {
  if (isIP(host) !== 0) return isOwnAddress(host);
  try {
    const found = await lookup(host, { all: true });
    return found.some(({ address }) => isOwnAddress(address));
  } catch {
    return false;
  }
}
