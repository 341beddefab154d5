// Where a process on this machine listens, as /proc shows it: Unix sockets and TCP ports.
import * as fs from 'node:fs';

export type ListeningSocket =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Unix sockets first, then ports by their number. None where /proc does not show them to this user. */
export function findListeningSockets(processId: number): readonly ListeningSocket[] {
  try {
    const own = socketsOf(processId);
    const read = (name: string): string =>
      fs.readFileSync(`/proc/${processId}/net/${name}`, 'utf8');
    const ports = [...parseTcp(read('tcp'), own), ...parseTcp(readOr6(read), own)];
    return [...parseUnix(read('unix'), own), ...ports.toSorted((a, b) => a.port - b.port)];
  } catch {
    return [];
  }
}

/** A kernel without IPv6 has no such file. */
function readOr6(read: (name: string) => string): string {
  try {
    return read('tcp6');
  } catch {
    return '';
  }
}

/** The inodes of its open sockets. */
function socketsOf(processId: number): ReadonlySet<string> {
  const folder = `/proc/${processId}/fd`;
  const inodes = fs.readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[([0-9]+)\]$/.exec(fs.readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  return new Set(inodes);
}

const TCP_LISTEN = '0A';

type TcpSocket = Extract<ListeningSocket, { kind: 'tcp' }>;

/** @param text of /proc/PID/net/tcp or tcp6 (proc_pid_net(5)) */
export function parseTcp(text: string, inodes: ReadonlySet<string>): TcpSocket[] {
  return text.split('\n').flatMap((line): TcpSocket[] => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state !== TCP_LISTEN || !inodes.has(inode)) return [];
    const [address = '', port = ''] = local.split(':');
    const host = toHost(address);
    return host === null ? [] : [{ kind: 'tcp', host, port: Number.parseInt(port, 16) }];
  });
}

/** An address of any interface becomes that of this machine. Null for an IPv6 address of one interface. */
function toHost(hex: string): string | null {
  if (/^0+$/.test(hex)) return hex.length > 8 ? '::1' : '127.0.0.1';
  if (hex.length > 8) return hex === '00000000000000000000000001000000' ? '::1' : null;
  const bytes = [...Buffer.from(hex, 'hex')].toReversed();
  return bytes.join('.');
}

/** Of the flags of a socket: it listens (__SO_ACCEPTCON). */
const UNIX_LISTENS = 0x1_0000;

/** @param text of /proc/PID/net/unix: `Num RefCount Protocol Flags Type St Inode Path` */
export function parseUnix(text: string, inodes: ReadonlySet<string>): ListeningSocket[] {
  return text.split('\n').flatMap((line): ListeningSocket[] => {
    const [, flags = '', inode = '', path = ''] =
      /^\S+ \S+ \S+ ([0-9A-Fa-f]+) \S+ \S+\s+([0-9]+) (\/.*)$/.exec(line) ?? [];
    const isOurs = inodes.has(inode) && (Number.parseInt(flags, 16) & UNIX_LISTENS) !== 0;
    return isOurs ? [{ kind: 'socket', path }] : [];
  });
}
