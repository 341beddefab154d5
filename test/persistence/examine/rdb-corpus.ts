// Every dump of fixtures/ that has a checksum: of Redis and Valkey, of versions 6 to 15 and 80, made by servers and
// by hand. And ways to damage one, chosen by a seed.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { crc64 } from '../../../src/persistence/rdb/crc64.js';
import { fixturePath } from '../../support/program/project-paths.js';
import type { SeededRandom } from '../../support/program/seeded-random.js';
import { readAnnotatedRdbs } from '../rdb/annotated-hex.js';

export interface Dump {
  readonly name: string;
  readonly bytes: Buffer;
}

/** At least one. */
export function readSealedDumps(): Dump[] {
  const folders = [['rdb'], ['redis-data']].map((parts) => fixturePath(...parts));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rdb'))
      .sort()
      .map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) })),
  );
  return [...readAnnotatedRdbs(), ...files].filter(({ bytes }) => isSealed(bytes));
}

export function readDamagedDump(name: string): Buffer {
  return readFileSync(fixturePath('rdb', 'damaged', `7.0-${name}.rdb`));
}

function isSealed(bytes: Buffer): boolean {
  return crc64(bytes.subarray(0, -8)) === bytes.readBigUInt64LE(bytes.length - 8);
}

/** With another single bit, one byte more, or a sector of zeros. */
export function damage(bytes: Buffer, random: SeededRandom): { what: string; bytes: Buffer } {
  const at = random.below(bytes.length);
  const kind = random.below(3);
  if (kind === 0) {
    const flipped = Buffer.from(bytes);
    const bit = random.below(8);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
    return { what: `bit ${bit} of byte ${at} flipped`, bytes: flipped };
  }
  if (kind === 1) {
    const inserted = Buffer.concat([bytes.subarray(0, at), random.bytes(1), bytes.subarray(at)]);
    return { what: `a byte inserted at ${at}`, bytes: inserted };
  }
  const sectorBytes = Math.min(512, Math.max(1, bytes.length >> 3));
  const start = Math.min(at - (at % sectorBytes), bytes.length - 9);
  const zeroed = Buffer.from(bytes).fill(0, start, Math.min(bytes.length, start + sectorBytes));
  return { what: `${sectorBytes} zeros from ${start}`, bytes: zeroed };
}
