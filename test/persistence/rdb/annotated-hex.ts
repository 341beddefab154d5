// Reads fixtures/rdb/made-by-hand/*.hex: RDBs written by hand, for what no server here can write. A line
// holds bytes in hex and "text", then a comment after #. Marks say what a walk must find:
// `@record database=N type=N [expires=MS]` where a record begins, `@type` its type byte if that comes
// later, `@value` its value, `@end` the byte after it.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { fixturePath } from '../../support/program/project-paths.js';
import type { FoundRecord } from './found-records.js';

export interface AnnotatedRdb {
  /** Without the folder and the ending. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly records: readonly FoundRecord[];
}

const TOKEN = /#.*|"[^"]*"|\S+/g;
const FOLDER = fixturePath('rdb', 'made-by-hand');

/** All of them, by name. */
export function readAnnotatedRdbs(): AnnotatedRdb[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => parse(path.parse(file).name, readFileSync(path.join(FOLDER, file), 'utf8')));
}

function parse(name: string, text: string): AnnotatedRdb {
  const bytes: number[] = [];
  const records: FoundRecord[] = [];
  let record: Record<string, number> = {};
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('#')) continue;
    if (token.startsWith('"')) bytes.push(...Buffer.from(token.slice(1, -1)));
    else if (/^[0-9a-f]{2}$/.test(token)) bytes.push(Number.parseInt(token, 16));
    else if (token === '@record') {
      record = { recordAt: bytes.length, typeAt: bytes.length, expiresAtMs: -1 };
    } else if (token === '@end') {
      records.push({ ...record, endAt: bytes.length } as unknown as FoundRecord);
    } else if (token.startsWith('@')) record[`${token.slice(1)}At`] = bytes.length;
    else record = { ...record, ...parseAttribute(name, token) };
  }
  return { name, bytes: Buffer.from(bytes), records };
}

function parseAttribute(name: string, token: string): Record<string, number> {
  const [, key = '', value = ''] = /^(database|type|expires)=(\d+)$/.exec(token) ?? [];
  if (key === '') throw new Error(`${name}: '${token}' is neither a byte nor a mark`);
  return { [key === 'expires' ? 'expiresAtMs' : key]: Number(value) };
}
