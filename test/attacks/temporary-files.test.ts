// Another user of the machine looks at the folder for temporary files, all the time: nothing that the program puts
// there can be read, taken away, or replaced by a link.
import test from 'ava';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../src/system/files/file-system.js';
import { copyPrivately } from '../../src/system/files/temporary/private-copy.js';
import { TemporaryFile } from '../../src/system/files/temporary/temporary-file.js';
import { Arena, filesWith } from '../support/attacks/arena.js';
import { Attacker } from '../support/attacks/attacker.js';
import { SHARE_MS } from '../support/attacks/duel.js';

const FOUND = 'found';

/** Repeats it for a share of the time, and at least so many times. */
function repeat(times: number, run: () => void, isOver: () => boolean): number {
  const startedMs = performance.now();
  let count = 0;
  while (!isOver() && (count < times || performance.now() - startedMs < SHARE_MS)) {
    run();
    count += 1;
  }
  return count;
}

test.serial('another user reads no temporary file, and takes none away', async (t) => {
  t.timeout(SHARE_MS * 10 + 240_000);
  const arena = await Arena.create(t);
  const temporary = path.join(arena.root, 'tmp');
  fs.mkdirSync(temporary);
  // As /tmp is.
  fs.chmodSync(temporary, 0o1777);
  process.env['TMPDIR'] = temporary;
  const snoop = { name: 'snoop', args: [temporary, arena.at(FOUND)] };
  const attacker = await Attacker.start(snoop, arena.attacker);
  t.teardown(() => {
    attacker.kill();
    delete process.env['TMPDIR'];
  });
  const hasFound = (text: string): boolean => filesWith(text, arena.playground).length > 0;

  const bait = randomUUID();
  const naive = (): void => {
    const file = path.join(temporary, randomUUID());
    fs.writeFileSync(file, bait);
    fs.readFileSync(file);
    fs.unlinkSync(file);
  };
  repeat(100_000, naive, () => hasFound(bait));
  t.true(hasFound(bait), 'the attack itself no longer works: a naive victim withstood it');

  const secret = path.join(arena.secret, 'catalog.sqlite3');
  fs.writeFileSync(secret, arena.token);
  const bytes = Buffer.from(arena.token);
  const runs = repeat(
    1000,
    () => {
      const file = new TemporaryFile();
      file.append(bytes);
      file.close();
      const copy = copyPrivately(new RealFileSystem(), [pathFromText(secret)]);
      t.deepEqual(fs.readFileSync(path.join(copy.directory, 'catalog.sqlite3')), bytes);
      copy.remove();
    },
    () => false,
  );
  const tries = await attacker.stop();
  t.false(hasFound(arena.token));
  t.deepEqual(fs.readdirSync(temporary), []);
  t.true(runs >= 1000 && tries > 1000, `${runs} runs, ${tries} tries`);
});
