// The program as a process: what it prints where, and the exit code it ends with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { COMMANDS } from '../../src/cli/command-table.js';
import { OPTION_SPECS, commandHasOption } from '../../src/cli/options/option-table.js';
import { runCli } from '../support/program/cli.js';
import { mainScript, projectRoot } from '../support/program/project-paths.js';

const manifest = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
  version: string;
};

for (const option of ['--version', '-V']) {
  test(`${option} prints the version of package.json`, async (t) => {
    const { code, stdout, stderr } = await runCli([option]);
    t.deepEqual(
      { code, stdout, stderr },
      { code: 0, stdout: `redis-rewind ${manifest.version}\n`, stderr: '' },
    );
  });
}

test('--help names every command and no other', async (t) => {
  const { code, stdout, stderr } = await runCli(['--help']);
  t.is(code, 0);
  t.is(stderr, '');
  const listed = stdout.slice(stdout.indexOf('Commands:'), stdout.indexOf('Options'));
  const names = [...listed.matchAll(/^ {2}([a-z-]+) /gm)].map((match) => match[1]);
  t.deepEqual(names, [
    'backup',
    'restore',
    'list',
    'verify',
    'info',
    'status',
    'schedule',
    'watch',
    'recover',
    'aof',
    'remove',
    'pin',
    'unpin',
    'tag',
    'untag',
    'confirm',
    'export',
    'remote',
    'completion',
  ]);
});

for (const command of COMMANDS) {
  test(`${command.name} --help names every option it has, in 80 columns`, async (t) => {
    const { code, stdout } = await runCli([command.name, '--help']);
    t.is(code, 0);
    const named = new Set([...stdout.matchAll(/^ {2}.{4}--([a-z-]+)/gm)].map((match) => match[1]));
    const own = OPTION_SPECS.filter((option) => commandHasOption(command.name, option));
    t.deepEqual(named, new Set(own.map((option) => option.name)));
    for (const line of stdout.split('\n')) t.true(line.length <= 80, line);
  });
}

test('the help of a command that reads archives says what it takes then', async (t) => {
  for (const [name, operands] of [
    ['restore', '[PATH] DEST'],
    ['recover', '[REPO]'],
  ] as const) {
    const { stdout } = await runCli([name, '--help']);
    t.is(stdout.split('\n')[1], `       redis-rewind ${name} [OPTIONS] --from ARCHIVE ${operands}`);
  }
});

test('--help prints the help whatever else is wrong with the line', async (t) => {
  const { code, stdout } = await runCli(['restore', '--nonsense', '--help']);
  t.is(code, 0);
  t.true(stdout.startsWith('Usage: redis-rewind restore'), stdout);
});

for (const [args, sameAs] of [
  [['help'], ['--help']],
  [['-h'], ['--help']],
  [
    ['help', 'restore'],
    ['restore', '--help'],
  ],
  [['version'], ['--version']],
]) {
  test(`'${args?.join(' ')}' prints the same as '${sameAs?.join(' ')}'`, async (t) => {
    const [word, option] = [await runCli(args ?? []), await runCli(sameAs ?? [])];
    t.is(word.code, 0);
    t.is(word.stdout, option.stdout);
  });
}

const WRONG: [args: string[], stderr: string][] = [
  [[], "redis-rewind: no command given\nhint: see 'redis-rewind --help'\n"],
  [
    ['backup', '-h'],
    "redis-rewind: option '-h' needs a value\nhint: -h is the host of a server; '--help' helps\n",
  ],
  [['lits'], "redis-rewind: unknown command 'lits'\nhint: did you mean 'list'?\n"],
  [
    ['list', '--jsn', '/nowhere'],
    "redis-rewind: unknown option '--jsn'\nhint: did you mean '--json'?\n",
  ],
  [['list', ''], 'redis-rewind: a path is empty\n'],
  [
    ['list', 'host::/srv'],
    "redis-rewind: 'host::/srv' names another machine\n" +
      "hint: redis-rewind works on paths of this machine; a file of that name is './host::/srv'\n",
  ],
];

for (const [args, expected] of WRONG) {
  test(`'${args.join(' ')}' is wrong usage and ends with 2`, async (t) => {
    const { code, stdout, stderr } = await runCli(args);
    t.deepEqual({ code, stdout, stderr }, { code: 2, stdout: '', stderr: expected });
  });
}

test('wrong usage under --json is one object on stderr', async (t) => {
  const { code, stdout, stderr } = await runCli(['--json', '--hlep']);
  t.is(code, 2);
  t.is(stdout, '');
  t.deepEqual(JSON.parse(stderr), {
    code: 'USAGE',
    exitCode: 2,
    message: "unknown option '--hlep'",
    hint: "did you mean '--help'?",
  });
});

test('a Node.js that is too old is refused with one clear line', async (t) => {
  const pretend =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })";
  const { code, stdout, stderr } = await runCli(['--version'], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretend)}` },
  });
  t.deepEqual(
    { code, stdout, stderr },
    {
      code: 1,
      stdout: '',
      stderr: 'redis-rewind: Node.js 20.18.3 is too old\nhint: install Node.js 20.19 or newer\n',
    },
  );
});

test('a reader of stdout that goes away is not a failure', async (t) => {
  const child = spawn(process.execPath, [mainScript, '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  t.is(stderr, '');
  t.is(code, 0);
});
