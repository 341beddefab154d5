// A process that is killed while it makes a temporary file leaves nothing that has a name, or the next run
// removes it. Each test has a TMPDIR of its own.
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { projectRoot } from '../../../support/program/project-paths.js';

const run = promisify(execFile);

const FILES = path.join(projectRoot, 'dist', 'src', 'system', 'files');

const PREAMBLE = `
  import fs from 'node:fs';
  import { SystemError } from '${path.join(projectRoot, 'dist/src/errors.js')}';
  import { RealFileSystem } from '${FILES}/file-system.js';
  import { TemporaryFile, openUnnamedFile } from '${FILES}/temporary/temporary-file.js';
  import { copyPrivately } from '${FILES}/temporary/private-copy.js';
  const names = () => fs.readdirSync(process.env.TMPDIR).join(' ');
  const die = () => process.kill(process.pid, 'SIGKILL');
  /** A file system that has no files without a name. */
  class Unable extends RealFileSystem {
    open(path, mode) {
      if (mode !== 'unnamed') return super.open(path, mode);
      throw new SystemError({ operation: 'open', object: path, path, errno: 'EOPNOTSUPP', reason: 'x' });
    }
  }`;

/** What a process with this TMPDIR prints. It may be killed. */
async function runWith(temporary: string, code: string): Promise<string> {
  const args = ['--input-type=module', '-e', PREAMBLE + code];
  const options = { env: { ...process.env, TMPDIR: temporary } };
  try {
    return (await run(process.execPath, args, options)).stdout.trim();
  } catch (error) {
    const failed = error as { signal?: string; stdout?: string };
    if (failed.signal !== 'SIGKILL') throw error;
    return `${failed.stdout ?? ''}killed`;
  }
}

const IN_FOLDER = `
  const fileSystem = new (class extends Unable {
    unlink(path) {
      fs.writeFileSync(path, 'secret');
      die();
      super.unlink(path);
    }
  })();
  openUnnamedFile(fileSystem);`;

test('a temporary file never has a name, and a killed process leaves none', async (t) => {
  const temporary = await temporaryDirectory(t);
  const code = `
    const file = new TemporaryFile();
    file.append(Buffer.from('secret'));
    const back = Buffer.alloc(6);
    file.read(back, 0);
    fs.writeSync(1, back + ' [' + names() + '] ');
    die();`;
  t.is(await runWith(temporary, code), 'secret [] killed');
  t.deepEqual(await readdir(temporary), []);
});

test('where a file system has no such files, one that a killed process left is removed by the next run', async (t) => {
  const temporary = await temporaryDirectory(t);
  t.is(await runWith(temporary, IN_FOLDER), 'killed');
  t.is((await readdir(temporary)).length, 1);
  const next = `
    const fileSystem = new Unable();
    const file = openUnnamedFile(fileSystem);
    fileSystem.write(file, Buffer.from('secret'), 0);
    console.log('[' + names() + ']');`;
  t.is(await runWith(temporary, next), '[]');
  t.deepEqual(await readdir(temporary), []);
});

test('a private copy that a killed process left is removed by the next run', async (t) => {
  const temporary = await temporaryDirectory(t);
  const original = path.join(await temporaryDirectory(t), 'catalog');
  await writeFile(original, 'secret');
  const copy = `const copy = copyPrivately(new RealFileSystem(), ['${original}']);`;
  t.is(await runWith(temporary, `${copy} die();`), 'killed');
  t.is((await readdir(temporary)).length, 1);
  t.is(await runWith(temporary, `${copy} copy.remove(); console.log(names());`), '');
  t.deepEqual(await readdir(temporary), []);
});

test('folders of living processes, of other namespaces and with other names stay', async (t) => {
  const temporary = await temporaryDirectory(t);
  const own = `
    const stat = fs.readFileSync('/proc/${process.pid}/stat', 'latin1');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const namespace = /[0-9]+/.exec(fs.readlinkSync('/proc/self/ns/pid'))[0];
    console.log('redis-rewind-tmp.' + namespace + '.${process.pid}.' + started + '.aaaaaa');`;
  const kept = [
    await runWith(temporary, own),
    'redis-rewind-tmp.1.1.1.aaaaaa',
    'redis-rewind-aaaaaa',
    'redis-rewind-tmp.x',
  ];
  for (const name of kept) await mkdir(path.join(temporary, name));
  t.is(await runWith(temporary, `openUnnamedFile(new Unable()); console.log('done');`), 'done');
  t.deepEqual(await readdir(temporary), kept.toSorted());
});
