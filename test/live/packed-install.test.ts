// The package as users get it: `npm pack` of a copy of the project, the archive looked through, and
// `npm install -g` of it, which compiles what is to be compiled; then the command that it brings.
// Needs the npm registry.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import test from 'ava';
import { type Message, publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { programHelp } from '../../src/cli/help-text.js';
import { readTree, treeDifferences } from '../support/files/directory-tree.js';
import {
  makeTemporaryDirectory,
  removeTree,
  temporaryDirectory,
} from '../support/files/temporary-directory.js';
import { fixturePath, projectRoot } from '../support/program/project-paths.js';

const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

let place: string;
let manifest: Manifest;
let packed: Packed;
/** The folder of packages that `npm install -g` filled, and the command that it made. */
let installed: string;
let command: string;

test.before('pack the project and install the archive', async (t) => {
  t.timeout(15 * 60_000);
  place = await makeTemporaryDirectory();
  const project = path.join(place, 'project');
  await copyProject(project);
  manifest = JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8')) as Manifest;
  const pack = await run('npm', ['pack', '--json', '--pack-destination', place], { cwd: project });
  packed = firstPackage(JSON.parse(pack.stdout));
  const prefix = path.join(place, 'prefix');
  await run('npm', ['install', '--global', '--prefix', prefix, `./${packed.filename}`], {
    cwd: place,
  });
  installed = path.join(prefix, 'lib/node_modules');
  command = path.join(prefix, 'bin/redis-rewind');
});

test.after.always('remove it all', async () => {
  if (place !== undefined) await removeTree(place);
});

/** What is under version control, in all likelihood; npm pack builds it anew, in the copy. */
async function copyProject(destination: string): Promise<void> {
  await mkdir(destination);
  const leftOut = ['.git', 'node_modules', 'dist', 'coverage'];
  for (const name of await readdir(projectRoot)) {
    if (leftOut.includes(name) || name.endsWith('.tgz')) continue;
    await cp(path.join(projectRoot, name), path.join(destination, name), { recursive: true });
  }
  await symlink(path.join(projectRoot, 'node_modules'), path.join(destination, 'node_modules'));
}

/** npm 11 and older print an array, newer ones an object by name. */
function firstPackage(output: unknown): Packed {
  const [first] = Object.values(output as object) as Packed[];
  if (first === undefined) throw new Error('npm pack made no archive');
  return first;
}

test('the archive holds the program, its documents, and nothing else', async (t) => {
  const names = packed.files.map((file) => file.path);
  const belongs =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|docs\/[\w/-]+\.md|docs\/monitoring\/[\w.]+\.(?:yml|json)|dist\/src\/[\w/-]+\.js|dist\/wasm\/engine\.wasm)$/;
  t.deepEqual(
    names.filter((name) => !belongs.test(name)),
    [],
  );
  const sources = await readdir(path.join(projectRoot, 'src'), { recursive: true });
  const modules = sources
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `dist/src/${name.replace(/\.ts$/, '.js')}`);
  const present = new Set(names);
  for (const name of [
    ...modules,
    'dist/wasm/engine.wasm',
    'README.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'docs/cli.md',
  ])
    t.true(present.has(name), name);
  t.is(packed.files.find((file) => file.path === 'dist/src/main.js')?.mode, 0o755);
});

test('publint has nothing to say against the archive', async (t) => {
  const { buffer } = new Uint8Array(await readFile(path.join(place, packed.filename)));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  t.is(pkg['name'], 'redis-rewind');
  const folder = path.join(installed, 'redis-rewind');
  const real = [];
  for (const message of messages)
    if (!(await isMistaken(message, folder))) real.push(formatMessage(message, pkg));
  t.deepEqual(real, []);
});

/** publint knows no `export class`: such a file with a variable `exports` looks like CommonJS to it. */
async function isMistaken(message: Message, folder: string): Promise<boolean> {
  if (message.code !== 'FILE_INVALID_FORMAT' || message.args.actualFilePath === undefined)
    return false;
  return /^export class /m.test(
    await readFile(path.join(folder, message.args.actualFilePath), 'utf8'),
  );
}

test('the dependencies are what the program imports, all of it and nothing else', async (t) => {
  const folder = path.join(installed, 'redis-rewind/dist/src');
  const imported = new Set<string>();
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const text = await readFile(path.join(folder, name), 'utf8');
    for (const [, specifier = ''] of text.matchAll(IMPORT))
      if (!/^(node:|\.)/.test(specifier)) imported.add(packageOf(specifier));
  }
  const declared = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.optionalDependencies),
  ];
  t.deepEqual([...imported].toSorted(), declared.toSorted());
});

/** An import as tsc writes it, static or not; an export from another module. */
const IMPORT = /(?:^(?:import|export)\b[^;'"]*?\bfrom |^import |\bimport\()'([^']+)'/gm;

/** `@scope/name` or `name` of what is imported from a package. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Where cron looks for programs, after the folder of this Node.js. */
const CRON_PATH = `${path.dirname(process.execPath)}:/usr/bin:/bin`;

/** As on a server: nothing of this project in the environment, and another working directory. */
function runInstalled(args: readonly string[], cwd: string, program = command) {
  return run(program, args, { cwd, env: { PATH: CRON_PATH } });
}

test('the installed command prints its version and its whole help', async (t) => {
  const version = await runInstalled(['--version'], '/');
  t.deepEqual(version, { stdout: `redis-rewind ${manifest.version}\n`, stderr: '' });
  const help = await runInstalled(['--help'], '/');
  t.is(help.stderr, '');
  t.is(help.stdout, programHelp());
});

const SHAPE = '7.0-rdb-and-multipart-aof';

for (const way of ['by its own name', 'through a link in another folder'] as const) {
  test(`the installed command backs up, lists and restores ${way}`, async (t) => {
    const work = await temporaryDirectory(t);
    let program = command;
    if (way !== 'by its own name') {
      await mkdir(path.join(work, 'bin'));
      program = path.join(work, 'bin/redis-rewind');
      await symlink(command, program);
    }
    for (const point of ['1', '2']) {
      await cp(fixturePath('redis-data', SHAPE, point), path.join(work, point), {
        recursive: true,
        preserveTimestamps: true,
      });
    }
    const silent = { stdout: '', stderr: '' };
    t.deepEqual(await runInstalled(['backup', '1', 'repo'], work, program), silent);
    const before = await readTree(path.join(work, '1'));
    t.deepEqual(await runInstalled(['--force', '2', 'repo'], work, program), silent);
    const list = await runInstalled(['list', '--json', 'repo'], work, program);
    t.is((JSON.parse(list.stdout) as { snapshots: unknown[] }).snapshots.length, 2);
    t.deepEqual(await runInstalled(['-r', '1B', 'repo', 'restored'], work, program), silent);
    t.deepEqual(treeDifferences(before, await readTree(path.join(work, 'restored'))), []);
    const verify = await runInstalled(['verify', 'repo'], work, program);
    t.regex(verify.stdout, /: no problem\n$/);
  });
}

test('the crontab line of the README is silent, night after night', async (t) => {
  const work = await temporaryDirectory(t);
  const readme = await readFile(path.join(projectRoot, 'README.md'), 'utf8');
  const line = /^0 0 \* \* \* (.*)$/m.exec(readme)?.[1];
  if (line === undefined) throw new Error('the README has no line for a crontab');
  const ours = line
    .replace('/usr/local/bin/redis-rewind', command)
    .replace('/var/lib/redis', path.join(work, 'redis'))
    .replace('/srv/backups/redis', path.join(work, 'backups/redis'));
  t.true(ours.includes(`${work}/redis `) && ours.endsWith('/backups/redis'), ours);
  for (const point of ['1', '2', '2', '3']) {
    await cp(fixturePath('redis-data', SHAPE, point), path.join(work, 'redis'), {
      recursive: true,
      preserveTimestamps: true,
    });
    t.deepEqual(await runAsCron(ours), { code: 0, stdout: '', stderr: '' });
  }
  const { stdout } = await runInstalled(['list', '--json', 'backups/redis'], work);
  t.is((JSON.parse(stdout) as { snapshots: unknown[] }).snapshots.length, 4);
});

/** cron's way: /bin/sh, next to no environment, no terminal, standard input empty. */
async function runAsCron(line: string) {
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: '/',
    env: { PATH: CRON_PATH, HOME: '/nonexistent', LOGNAME: 'nobody', SHELL: '/bin/sh' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

test('the installed command completes command lines', async (t) => {
  const words = ['--get-yargs-completions', 'redis-rewind', 'ver'];
  const { stdout } = await runInstalled(words, '/');
  t.true(stdout.split('\n').includes('verify'), stdout);
});
