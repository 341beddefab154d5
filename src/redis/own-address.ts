// Whether an address is one of this machine's.
import { hostname, networkInterfaces } from 'node:os';

/** @param address an IP address, or the name of a host as a Sentinel may give it */
export function isOwnAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  if (plain.startsWith('127.') || plain === '::1') return true;
  if (plain === 'localhost' || plain === hostname()) return true;
  return Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .some((own) => own.address === plain);
}
