// What a server before 7 has in appendonly.aof, made of the frozen data directories: the base and the incr
// of their multi-part AOF in one file, as a rewrite by 4.0 to 6.2 and commands after it make it.
import { readFile } from 'node:fs/promises';

import { fixturePath } from '../../program/project-paths.js';

/** The point of the fixture whose dataset `an RDB and commands` holds. */
export const POINT = '1';
export const FIXTURE = '7.0-rdb-and-multipart-aof';

export async function logOf(shape: 'commands alone' | 'an RDB and commands'): Promise<Buffer> {
  const folder = fixturePath('redis-data', FIXTURE, POINT, 'appendonlydir');
  const commands = await readFile(`${folder}/appendonly.aof.2.incr.aof`);
  if (shape === 'commands alone') return commands;
  return Buffer.concat([await readFile(`${folder}/appendonly.aof.2.base.rdb`), commands]);
}

export const SELECT = Buffer.from('*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n');
const SET = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9\r\n';

/** A transaction whose EXEC has not been written, with a whole command in it. */
export const MULTI_TAIL = Buffer.from(`*1\r\n$5\r\nMULTI\r\n${SET}not yet k\r\n`);

/** The beginnings of a command. */
export const TORN_TAILS: Readonly<Record<string, Buffer>> = {
  'a command torn in the middle of a bulk': Buffer.from(`${SET}not`),
  'a command torn in a length': Buffer.from('*3\r\n$3\r\nSET\r\n$1'),
  'a command of which there is a byte': Buffer.from('*'),
};
