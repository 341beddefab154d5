// A schedule that is put into a real crontab and fired by a real cron: silent where all is well, one message where not. The
// crontab of this user is put back afterwards.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isRoot } from '../../support/program/is-root.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { runCli, succeedCli } from '../../support/program/cli.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

/** They share the crontab. */
const asRoot = isRoot ? test.serial : test.serial.skip;

function crontab(...args: readonly string[]): string {
  return spawnSync('crontab', args, { encoding: 'utf8' }).stdout;
}

/** The crontab of this user is `text` until the test has ended. */
function lendCrontab(t: ExecutionContext, text: string): void {
  const former = spawnSync('crontab', ['-l'], { encoding: 'utf8' });
  const put = (input: string) => spawnSync('crontab', ['-'], { input });
  put(text);
  t.teardown(() => {
    if (former.status === 0) put(former.stdout);
    else spawnSync('crontab', ['-r']);
  });
}

/** Runs cron in the foreground until the files exist. @returns what its lines have printed, as it would mail it */
async function runCron(files: readonly string[]): Promise<void> {
  const child = spawn('cron', ['-f'], { stdio: 'ignore' });
  const ended = once(child, 'close');
  // It fires at the first second of each minute.
  for (let waits = 0; waits < 150 && !files.every((file) => existsSync(file)); waits += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
  }
  child.kill('SIGTERM');
  await ended;
}

asRoot(
  'cron runs an installed line: nothing is said where all is well, and one line where not',
  async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('dump.rdb', writeRdb([]));
    const [good, bad] = [sandbox.at('good said'), sandbox.at('bad said')];
    // cron mails what a line prints. Here a shell of our own keeps it, with the exit code.
    const shell = sandbox.at('shell');
    const script = `#!/bin/sh
case "$2" in *missing*) out='${bad}';; *) out='${good}';; esac
/bin/sh -c "$2" > "$out.part" 2>&1
echo "exit $?" >> "$out.part"
mv "$out.part" "$out"
`;
    writeFileSync(shell, script, { mode: 0o755 });
    lendCrontab(t, `SHELL=${shell}\n# kept as it is\n`);
    const repository = sandbox.at('100% of it');
    const args = ['schedule', '--install', '--every', '1m', '--exclude', '*.tmp'];
    t.is((await succeedCli([...args, sandbox.source, repository])).stdout, '');
    await succeedCli([...args, sandbox.at('missing'), sandbox.at('other')]);
    await runCron([good, bad]);
    t.is(readFileSync(good, 'utf8'), 'exit 0\n');
    t.is((await runCli(['list', repository])).code, 0);
    t.regex(
      readFileSync(bad, 'utf8'),
      /^redis-rewind: .*missing'[^\n]*\n(?:hint: [^\n]*\n)?exit 2\n$/,
    );
  },
);

asRoot(
  'a line is replaced by the next one for its repository, listed, and taken away',
  async (t) => {
    const sandbox = await createSandbox(t);
    const others = 'MAILTO=nobody\n5 5 * * * true\n';
    lendCrontab(t, others);
    const { source, repository } = sandbox;
    await succeedCli(['schedule', '--install', '--daily', '2:00', source, repository]);
    const args = [
      'schedule',
      '--install',
      '--daily',
      '3:30',
      '--keep-daily',
      '7',
      source,
      repository,
    ];
    await succeedCli(args);
    const [line = '', ...more] = crontab('-l').slice(others.length).trim().split('\n');
    t.deepEqual(more, []);
    t.regex(line, /^30 3 \* \* \* \/\S+node \/\S+main\.js backup --keep-daily 7 /);
    t.true(crontab('-l').startsWith(others));
    const listed = await succeedCli(['schedule', '--list']);
    t.is(listed.stdout, `${line}\n`);
    const printed = await succeedCli(args.filter((word) => word !== '--install'));
    t.is(printed.stdout, listed.stdout, 'what is printed is what is installed');
    await succeedCli(['schedule', '--remove', repository]);
    t.is(crontab('-l'), others);
    const again = await runCli(['schedule', '--remove', repository]);
    t.is(again.code, 3);
    t.regex(again.stderr, /nothing is scheduled for/);
  },
);

asRoot('the line of a person who may not write it anywhere is still printed', async (t) => {
  const sandbox = await createSandbox(t);
  const secrets = sandbox.at('secrets');
  writeFileSync(secrets, 'ST_KEY=hush\n', { mode: 0o644 });
  const args = [
    'schedule',
    '--daily',
    '2:00',
    '--env-file',
    secrets,
    sandbox.source,
    sandbox.repository,
  ];
  const refused = await runCli(args);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /no file that only you can read/);
  spawnSync('chmod', ['0600', secrets]);
  const printed = await succeedCli(args);
  t.regex(printed.stdout, /set -a; \. \/\S+secrets; set \+a; exec \//);
  t.false(printed.stdout.includes('hush'));
  t.true(path.isAbsolute(/ (\S+main\.js) /.exec(printed.stdout)?.[1] ?? ''));
});

test('what makes no sense is refused before anything is written', async (t) => {
  const wrong: readonly (readonly [RegExp, ...string[]])[] = [
    [/needs a time/, '/s', '/r'],
    [/takes one time/, '--daily', '1:00', '--every', '1h', '/s', '/r'],
    [/'--daily' takes a time/, '--daily', '25:00', '/s', '/r'],
    [/'--every' cannot be '7h'/, '--every', '7h', '/s', '/r'],
    [/'--cron' takes the five fields/, '--cron', '* * *', '/s', '/r'],
    [/--cron does not go with --systemd/, '--cron', '* * * * *', '--systemd', '/s', '/r'],
    [/do not go together/, '--install', '--remove', '/r'],
    [/could read the password/, '--daily', '1:00', '-p', '1', '-a', 'hush', '/r'],
    [/could read the address/, '--daily', '1:00', '--ping', 'https://h/hush', '/s', '/r'],
    [/could read the password/, '--daily', '1:00', '--redis', 'redis://u:hush@h', '/r'],
    [/'--keep-daily' takes a number/, '--daily', '1:00', '--keep-daily', 'x', '/s', '/r'],
    [/takes SOURCE and REPO/, '--daily', '1:00'],
  ];
  for (const [message, ...words] of wrong) {
    const { code, stderr } = await runCli(['schedule', ...words]);
    t.is(code, 2, words.join(' '));
    t.regex(stderr, message, words.join(' '));
    t.false(stderr.includes('hush'));
  }
});
