// If this machine cannot load a part of the program, one clear line names the command that repairs the installation.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { runCli } from '../support/program/cli.js';
import { projectRoot } from '../support/program/project-paths.js';
import { backedUpTwice } from './small-sandbox.js';

/** An environment whose Node.js runs a module before anything else. */
function startingWith(source: string): { NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}` };
}

/** As where compiled packages are for another Node.js, or were never compiled. */
const WRONG_BUILD = startingWith(`
  process.dlopen = (_module, file) => {
    const message = file + ' was compiled against a different Node.js version';
    throw Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' });
  };`);

/** The folder whose node_modules has the packages. */
const entry = createRequire(import.meta.url).resolve('better-sqlite3');
const folder = entry.slice(0, entry.indexOf('/node_modules/'));

test('a better-sqlite3 for another Node.js is reported with the command that repairs the installation', async (t) => {
  const { source, repository } = await backedUpTwice(t);
  const message = `better-sqlite3 was not built for Node.js ${process.version} ('${process.execPath}')`;
  const hint = `run 'npm rebuild --prefix ${folder} better-sqlite3' with this Node.js first in PATH`;
  for (const line of [
    ['list', repository],
    ['backup', source, repository],
    ['verify', repository],
  ]) {
    const { code, stdout, stderr } = await runCli(line, { env: WRONG_BUILD });
    const expected = `redis-rewind: ${message}\nhint: ${hint}\n`;
    t.deepEqual({ code, stdout, stderr }, { code: 1, stdout: '', stderr: expected });
  }
  const json = await runCli(['--json', 'list', repository], { env: WRONG_BUILD });
  t.deepEqual(JSON.parse(json.stderr), { code: 'INSTALLATION', exitCode: 1, message, hint });
});

test('--help and --version need no compiled part', async (t) => {
  for (const option of ['--help', '--version']) {
    const { code, stderr } = await runCli([option], { env: WRONG_BUILD });
    t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  }
});

/** What requireZstd fails with, in a Node.js whose zlib has no zstd and that runs `source` first. */
async function zstdFailure(
  source: string,
): Promise<{ name: string; message: string; hint: string }> {
  const withoutBuiltin = `
    import zlib from 'node:zlib';
    import { syncBuiltinESMExports } from 'node:module';
    zlib.createZstdCompress = undefined;
    syncBuiltinESMExports();
    ${source}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { requireZstd } from ${JSON.stringify(path.join(projectRoot, 'dist/src/system/zstd/zstd.js'))};
      await requireZstd().catch(({ name, message, hint }) =>
        process.stdout.write(JSON.stringify({ name, message, hint })));`,
    ],
    { env: { ...process.env, ...startingWith(withoutBuiltin) } },
  );
  return JSON.parse(stdout) as { name: string; message: string; hint: string };
}

const LACKS_ZSTD = `zstd is missing: Node.js ${process.version} has none, and zstd-napi`;

test('a zstd-napi that was not built is reported with the command that repairs the installation', async (t) => {
  const unbuilt = `process.dlopen = () => { throw new Error('no such file'); };`;
  t.deepEqual(await zstdFailure(unbuilt), {
    name: 'InstallationError',
    message: `${LACKS_ZSTD} was not built for it`,
    hint: `run 'npm rebuild --prefix ${folder} zstd-napi', or use Node.js 22.15 or newer`,
  });
});

test('a zstd-napi that the installation left out is reported with what it needs', async (t) => {
  const hooks = `export async function resolve(name, context, next) {
    if (!name.startsWith('zstd-napi')) return next(name, context);
    throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const url = `data:text/javascript,${encodeURIComponent(hooks)}`;
  const absent = `import { register } from 'node:module'; register(${JSON.stringify(url)});`;
  const { name, message, hint } = await zstdFailure(absent);
  t.is(name, 'InstallationError');
  t.is(message, `${LACKS_ZSTD} is not installed`);
  t.regex(
    hint,
    /^run 'apt install g\+\+ make python3' and 'npm install -g --include=optional \.\/redis-rewind-\d+\.\d+\.\d+\.tgz', or use Node\.js 22\.15 or newer$/,
  );
});
