// Absurd input gets one clear line and the documented exit code, and changes nothing.
import test from 'ava';
import { readTree } from '../support/files/directory-tree.js';
import { runCli } from '../support/program/cli.js';
import type { Sandbox } from '../support/sandbox/sandbox.js';
import { backedUpTwice } from './small-sandbox.js';

const LONG_NAME = 'a'.repeat(300);
const LONG_PATH = 'a/'.repeat(2500);
const ESCAPES = 'new\nline\u001B[31m';

const LINES: [what: string, args: (sandbox: Sandbox) => string[], code: number][] = [
  ['an empty SOURCE', ({ repository }) => ['', repository], 2],
  ['an empty REPO', ({ source }) => ['backup', source, ''], 2],
  ['an empty REPO to read', () => ['list', ''], 2],
  ['an empty DEST', ({ repository }) => ['restore', repository, ''], 2],
  ['an empty TIME', ({ repository, root }) => ['-r', '', repository, `${root}/d`], 2],
  ['an empty --also', ({ source, repository }) => ['--also', '', source, repository], 2],
  ['an empty --exclude', ({ source, repository }) => ['--exclude=', source, repository], 2],
  ['no user, no group', ({ repository }) => ['restore', '--chown', ':', repository, 'd'], 2],
  ['a NUL in SOURCE', ({ source, repository }) => [`${source}\\x00`, repository], 2],
  ['a NUL in REPO', ({ source, repository }) => [source, `${repository}\\x00x`], 2],
  ['a NUL in PATH', ({ repository, root }) => ['restore', `${repository}/\\x00`, `${root}/d`], 2],
  ['a NUL in DEST', ({ repository, root }) => ['restore', repository, `${root}/\\x00`], 2],
  ['a NUL in --also', ({ source, repository }) => ['--also', 'x\\x00', source, repository], 2],
  ['SOURCE /', ({ repository }) => ['/', repository], 2],
  ['REPO /', ({ source }) => [source, '/'], 2],
  ['both /', () => ['/', '/'], 2],
  ['--also /', ({ source, repository }) => ['--also', '/', source, repository], 2],
  ['REPO / to read', () => ['list', '/'], 10],
  ['DEST /', ({ repository }) => ['restore', repository, '/'], 2],
  ['a long SOURCE', ({ root, repository }) => [`${root}/${LONG_NAME}`, repository], 1],
  ['a long REPO', ({ source, root }) => [source, `${root}/${LONG_NAME}`], 1],
  ['a REPO too deep', ({ source, root }) => [source, `${root}/${LONG_PATH}`], 1],
  ['a long REPO to read', ({ root }) => ['info', `${root}/${LONG_NAME}`], 1],
  [
    'a long PATH',
    ({ repository, root }) => ['restore', `${repository}/${LONG_NAME}`, `${root}/d`],
    1,
  ],
  ['a long DEST', ({ repository, root }) => ['restore', repository, `${root}/${LONG_NAME}`], 1],
  ['controls in SOURCE', ({ root, repository }) => [`${root}/${ESCAPES}`, repository], 2],
  ['controls in REPO', ({ root }) => ['list', `${root}/${ESCAPES}`], 10],
  [
    'controls in PATH',
    ({ repository, root }) => ['restore', `${repository}/${ESCAPES}`, `${root}/d`],
    13,
  ],
  ['controls in TIME', ({ repository, root }) => ['-r', ESCAPES, repository, `${root}/d`], 2],
  ['controls in an option', ({ repository }) => ['list', `--${ESCAPES}`, repository], 2],
  [
    'controls in an owner',
    ({ repository, root }) => ['restore', '--chown', ESCAPES, repository, `${root}/d`],
    2,
  ],
  [
    'controls in a number',
    ({ source, repository }) => ['--wait-lock', ESCAPES, source, repository],
    2,
  ],
  ['controls alone', () => [ESCAPES], 2],
];

test('absurd input ends with its exit code and one clear line, and changes nothing', async (t) => {
  const sandbox = await backedUpTwice(t);
  const before = await readTree(sandbox.root);
  for (const [what, args, code] of LINES) {
    const result = await runCli(args(sandbox), { cwd: sandbox.root });
    t.is(result.code, code, `${what}: ${result.stderr}`);
    t.is(result.stdout, '', what);
    const [first = '', ...others] = result.stderr.split('\n').slice(0, -1);
    t.regex(first, /^redis-rewind: [^ ]/, what);
    t.true(others.length <= 1 && others.every((line) => line.startsWith('hint: ')), result.stderr);
    t.notRegex(result.stderr, /[^\P{Cc}\n]/u, what);
    t.deepEqual(await readTree(sandbox.root), before, what);
  }
});
