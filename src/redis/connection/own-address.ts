// Whether an address belongs to this machine. A server at such an address has its files here, unless a
// container or a tunnel is in between.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** @param address an IP address; an IPv4 address in the form of IPv6 is understood too */
export function isOwnAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  if (plain.startsWith('127.') || plain === '::1') return true;
  return Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .some((own) => own.address === plain);
}

/** @param host an IP address, or a name; false for a name that cannot be resolved */
export async function isOwnHost(host: string): Promise<boolean> {
  if (isIP(host) !== 0) return isOwnAddress(host);
  try {
    const found = await lookup(host, { all: true });
    return found.some(({ address }) => isOwnAddress(address));
  } catch {
    return false;
  }
}
