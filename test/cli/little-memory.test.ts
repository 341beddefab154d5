// Real runs of the program with few addresses (ulimit -v), as some machines for many users set them.
import test from 'ava';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { isThere } from '../support/files/is-there.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { mainScript } from '../support/program/project-paths.js';

/** Enough for Node.js, too little for the memory of a WebAssembly module. */
const ADDRESSES_KIB = 3_000_000;

test('a backup with too few addresses says so, and makes no repository', async (t) => {
  const root = await temporaryDirectory(t);
  await fs.mkdir(path.join(root, 'source'));
  await fs.writeFile(path.join(root, 'source', 'a.aof'), '*1\r\n$4\r\nPING\r\n');
  const repository = path.join(root, 'repository');
  const args = [mainScript, 'backup', path.join(root, 'source'), repository];
  const script = `ulimit -v ${ADDRESSES_KIB}; exec "$0" "$@"`;
  const [code, stderr] = await new Promise<[unknown, string]>((resolve) => {
    execFile('/bin/sh', ['-c', script, process.execPath, ...args], (error, _stdout, text) => {
      resolve([error?.code, text]);
    });
  });
  t.is(code, 1);
  t.is(
    stderr,
    "redis-rewind: cannot reserve 'address space': cannot allocate memory\n" +
      'hint: free some memory, or lift the limit of addresses (ulimit -v), and run again\n',
  );
  t.false(isThere(repository));
});
