// The reply of INFO as a map. Each call asks for one section: servers before 7.0 accept only one.
import type { ServerConnection } from './connection.js';
import { replyText } from './reply.js';

export type InfoSection =
  'server' | 'persistence' | 'replication' | 'memory' | 'keyspace' | 'stats' | 'cluster';

export type ServerInfo = ReadonlyMap<string, string>;

/** Reads the fields of some sections. @throws ServerError */
export async function readInfo(
  connection: ServerConnection,
  sections: readonly InfoSection[],
): Promise<ServerInfo> {
  const info = new Map<string, string>();
  for (const section of sections) {
    const text = replyText(await connection.call(['INFO', section]));
    for (const [field, value] of parseInfo(text)) info.set(field, value);
  }
  return info;
}

function parseInfo(text: string): ServerInfo {
  const info = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return info;
}

/** A field as a number; null where the server does not report it, or not as a number below 2^53. */
export function infoNumber(info: ServerInfo, field: string): number | null {
  const text = info.get(field) ?? '';
  const number = /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : null;
}

/** A field that is one word of at most 255 printable ASCII characters; null where it is anything else. */
export function infoWord(info: ServerInfo, field: string): string | null {
  const text = info.get(field) ?? '';
  return /^[!-~]{1,255}$/.test(text) ? text : null;
}

/** Whether a field exists and is not 0. */
export function infoFlag(info: ServerInfo, field: string): boolean {
  return (infoNumber(info, field) ?? 0) !== 0;
}
