// A file that is written sparsely has the same bytes and the same length as one that is written in full.
import * as fs from 'node:fs';
import test from 'ava';
import { joinPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { writeSparsely } from '../../../src/system/files/write-sparsely.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const KIB = 1024;

test('whatever the pieces are, the file has their bytes, and its length after each piece', async (t) => {
  const random = new SeededRandom('sparse');
  const fileSystem = new RealFileSystem();
  const path = joinPath(pathFromText(await temporaryDirectory(t)), 'file');
  for (let round = 0; round < 60; round += 1) {
    const pieces = Array.from({ length: random.between(1, 6) }, () => {
      const piece = Buffer.alloc(random.below(300 * KIB));
      for (let spot = random.below(4); spot > 0 && piece.length > 0; spot -= 1) {
        random.bytes(50).copy(piece, random.below(piece.length));
      }
      return piece;
    });
    const file = fileSystem.open(path, 'create');
    let position = 0;
    for (const piece of pieces) {
      writeSparsely(fileSystem, file, piece, position);
      position += piece.length;
      t.is(Number(fileSystem.statOpen(file).size), position);
    }
    fileSystem.close(file);
    t.true(fs.readFileSync(path).equals(Buffer.concat(pieces)), `round ${round}`);
    fs.unlinkSync(path);
  }
});

test('data without zeros is one write, and zeros take no blocks', async (t) => {
  const fileSystem = new RealFileSystem();
  const path = joinPath(pathFromText(await temporaryDirectory(t)), 'file');
  const calls: string[] = [];
  const counting = {
    write: (file: number, bytes: Uint8Array, position: number) => {
      calls.push(`write ${bytes.length} at ${position}`);
      fileSystem.write(file, bytes, position);
    },
    truncate: (file: number, sizeBytes: number) => {
      calls.push(`truncate ${sizeBytes}`);
      fileSystem.truncate(file, sizeBytes);
    },
  };
  const file = fileSystem.open(path, 'create');
  writeSparsely(counting, file, Buffer.alloc(300 * KIB, 1), 0);
  writeSparsely(counting, file, Buffer.alloc(1024 * KIB), 300 * KIB);
  writeSparsely(counting, file, Buffer.alloc(0), 1324 * KIB);
  t.deepEqual(calls, [`write ${300 * KIB} at 0`, `truncate ${1324 * KIB}`]);
  t.true(Number(fileSystem.statOpen(file).blocks) * 512 <= 400 * KIB);
  fileSystem.close(file);
});
