// Completion as a user meets it: the script in a real bash, and the answers of the program.
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { OPTION_SPECS } from '../../../src/cli/options/option-table.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { cliEnvironment, runCli, succeedCli } from '../../support/program/cli.js';
import { mainScript } from '../../support/program/project-paths.js';
import { fieldGroups, sorted } from '../cli-documentation.js';

/** What the program answers to the script's request, as bash or as zsh. */
async function answers(line: string, shell = 'bash'): Promise<string[]> {
  const words = ['--get-yargs-completions', 'redis-rewind', ...line.split(' ')];
  const { stdout, stderr } = await succeedCli(words, { env: { SHELL: shell } });
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').slice(0, -1);
}

test('commands are completed where a command may stand', async (t) => {
  const commands = [
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
  ];
  t.deepEqual(await answers(''), commands);
  t.deepEqual(await answers('--json '), commands);
});

test('every option of a command is completed, and no other', async (t) => {
  const own = OPTION_SPECS.filter(({ commands }) => commands?.includes('list') !== false);
  t.deepEqual(
    await answers('list --'),
    own.map(({ name }) => `--${name}`),
  );
});

test('an option that was given is not offered again, unless the option may be repeated', async (t) => {
  const offered = await answers('backup --force --also x --');
  t.false(offered.includes('--force'), offered.join(' '));
  t.true(offered.includes('--also'), offered.join(' '));
});

test('a TIME is completed with now; the shell completes a path', async (t) => {
  t.deepEqual(await answers('restore -r '), ['now']);
  for (const line of ['backup ', 'backup /s ', 'list /', 'backup --also ', 'restore -r now '])
    t.deepEqual(await answers(line), [], line);
});

test('a word that is one of a few is completed with them', async (t) => {
  t.deepEqual(await answers('aof '), ['enable', 'disable']);
  t.deepEqual(await answers('aof -p 6379 d'), ['disable']);
  t.deepEqual(await answers('aof x'), []);
});

test('zsh gets a description with each answer', async (t) => {
  const offered = await answers('verify --', '/usr/bin/zsh');
  t.true(
    offered.includes('--json:print one JSON object; errors too, on stderr'),
    offered.join('\n'),
  );
});

/** A folder with the program in `bin`, its completion script, and some names to complete. */
async function place(t: ExecutionContext): Promise<string> {
  const folder = await temporaryDirectory(t);
  const program = path.join(folder, 'bin/redis-rewind');
  await mkdir(path.join(folder, 'bin'));
  await mkdir(path.join(folder, 'data dir'));
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${mainScript}' "$@"\n`);
  await chmod(program, 0o755);
  const { stdout } = await succeedCli(['completion'], { env: { SHELL: '/bin/bash' } });
  await writeFile(path.join(folder, 'completion.bash'), stdout);
  return folder;
}

/** A bash started from a zsh, with the program in its PATH. */
function bashEnvironment(folder: string): NodeJS.ProcessEnv {
  const PATH = `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  return cliEnvironment({ env: { PATH, SHELL: '/usr/bin/zsh', TERM: 'dumb' } });
}

const REPLIES: [words: string[], reply: string[]][] = [
  [['b'], ['backup']],
  [
    ['verify', '--q'],
    ['--quick', '--quiet'],
  ],
  [
    ['restore', '--'],
    [
      '--at',
      '--from',
      '--identity',
      '--passphrase-file',
      '--endpoint',
      '--limit-rate',
      '--chown',
      '--force',
      '--set-dest',
      '--json',
    ],
  ],
  [['restore', '-r', ''], ['now']],
  [['list', '/var/l'], []],
];

test('the script completes in a bash that reads it', async (t) => {
  const folder = await place(t);
  for (const [words, reply] of REPLIES) {
    const script = `source completion.bash && COMP_WORDS=(redis-rewind "$@") && COMP_CWORD=$# &&
      _redis-rewind_yargs_completions && printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)(
      'bash',
      ['--norc', '--noprofile', '-c', script, 'bash', ...words],
      { cwd: folder, env: bashEnvironment(folder) },
    );
    const completed = stdout.split('\n').filter((line) => line !== '');
    t.deepEqual(completed.slice(0, reply.length || 1), reply, words.join(' '));
  }
});

test('the script is for the shell of SHELL, and its requests say so', async (t) => {
  const scriptFor = async (SHELL: string | undefined) =>
    (await succeedCli(['completion'], { env: { SHELL } })).stdout;
  const bash = await scriptFor(undefined);
  t.true(bash.includes('(SHELL=bash redis-rewind --get-yargs-completions '), bash);
  t.regex(bash, /\ncomplete .*-o default .*redis-rewind\n/);
  t.is(await scriptFor('/bin/bash'), bash);
  const zsh = await scriptFor('/usr/bin/zsh');
  t.true(zsh.startsWith('#compdef redis-rewind\n'), zsh);
  t.true(zsh.includes(' SHELL=zsh redis-rewind --get-yargs-completions '), zsh);
});

test('completion --json has the fields that are documented', async (t) => {
  const env = { SHELL: '/bin/bash' };
  const script = await succeedCli(['completion'], { env });
  const json = (await succeedCli(['completion', '--json'], { env })).json();
  t.deepEqual(json, { shell: 'bash', script: script.stdout });
  t.deepEqual(sorted(Object.keys(json as object)), sorted(fieldGroups('completion')[0] ?? []));
});

test('an unknown shell is wrong usage', async (t) => {
  const { code, stdout, stderr } = await runCli(['completion'], {
    env: { SHELL: '/usr/bin/fish' },
  });
  t.is(code, 2);
  t.is(stdout, '');
  t.is(
    stderr,
    "redis-rewind: completion is for bash and zsh, but SHELL is '/usr/bin/fish'\n" +
      "hint: 'SHELL=bash redis-rewind completion' prints the script for bash\n",
  );
});
