// Real runs of the program by a user who may open few files at once (ulimit -n). How many a command needs must
// not depend on the number of files.
import test from 'ava';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { LEAST_OPEN_FILES } from '../../src/system/limits/open-files-limit.js';
import { readTree, treeDifferences } from '../support/files/directory-tree.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { mainScript } from '../support/program/project-paths.js';

const FILES = 300;

/** @returns exit code and stderr */
async function runLimited(limit: number, args: readonly string[]): Promise<[number, string]> {
  const script = `ulimit -n ${limit}; exec "$0" "$@"`;
  const child = ['-c', script, process.execPath, mainScript, ...args];
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    execFile('/bin/sh', child, { env }, (error, _stdout, stderr) => {
      resolve([typeof error?.code === 'number' ? error.code : 0, stderr]);
    });
  });
}

/** One file in each of as many folders. */
async function writeFiles(source: string, write: (file: string, n: number) => Promise<void>) {
  for (let n = 0; n < FILES; n += 1) {
    const folder = path.join(source, `folder${n}`, 'deeper');
    await fs.mkdir(folder, { recursive: true });
    await write(path.join(folder, 'file'), n);
  }
}

test(`${FILES} files in ${FILES} folders are backed up, changed, verified, repaired and restored with ${LEAST_OPEN_FILES} open files`, async (t) => {
  t.timeout(300_000);
  const root = await temporaryDirectory(t);
  const [source, repository] = [path.join(root, 'source'), path.join(root, 'repository')];
  const run = async (...args: string[]): Promise<void> => {
    t.deepEqual(await runLimited(LEAST_OPEN_FILES, args), [0, ''], args.join(' '));
  };
  const long = 'x'.repeat(5000);
  await writeFiles(source, (file, n) => fs.writeFile(file, `${n} ${long}`));
  const first = await readTree(source);
  await run('backup', '--no-examine', source, repository);
  await writeFiles(source, (file, n) =>
    n % 2 === 0 ? fs.appendFile(file, 'grown') : fs.writeFile(file, `changed ${n} ${long}`),
  );
  const second = await readTree(source);
  await run('backup', '--no-examine', source, repository);
  await run('restore', repository, path.join(root, 'now'));
  await run('restore', '-r', '1B', repository, path.join(root, 'before'));
  t.deepEqual(treeDifferences(second, await readTree(path.join(root, 'now'))), []);
  t.deepEqual(treeDifferences(first, await readTree(path.join(root, 'before'))), []);
  await run('verify', '-q', repository);
  await run('verify', '--repair', '-q', repository);
});

test(`1,100 small files are backed up with ${LEAST_OPEN_FILES} open files, new ones and changed ones`, async (t) => {
  t.timeout(300_000);
  const root = await temporaryDirectory(t);
  const [source, repository] = [path.join(root, 'source'), path.join(root, 'repository')];
  await fs.mkdir(source);
  for (const text of ['new', 'newer', 'changed']) {
    for (let n = 0; n < 1100; n += 1) await fs.writeFile(path.join(source, `file${n}`), text);
    const args = ['backup', '--no-examine', source, repository];
    t.deepEqual(await runLimited(LEAST_OPEN_FILES, args), [0, ''], text);
  }
});

for (const limit of [20, 64, LEAST_OPEN_FILES - 1]) {
  test(`a limit of ${limit} open files ends in one line and a hint, before anything is made`, async (t) => {
    const root = await temporaryDirectory(t);
    const source = path.join(root, 'source');
    await fs.mkdir(source);
    const args = ['backup', source, path.join(root, 'repository')];
    const [code, stderr] = await runLimited(limit, args);
    const [line, hint, ...rest] = stderr.split('\n');
    t.is(code, 1);
    t.is(
      line,
      `redis-rewind: only ${limit} files may be open at once here, and ${LEAST_OPEN_FILES} are needed`,
    );
    t.regex(hint ?? '', /^hint: raise the limit with 'ulimit -n 1024'/);
    t.deepEqual(rest, ['']);
    t.deepEqual(await fs.readdir(root), ['source']);
    const [, json] = await runLimited(limit, ['--json', ...args]);
    t.like(JSON.parse(json), { code: 'SYSTEM', exitCode: 1 });
  });
}
