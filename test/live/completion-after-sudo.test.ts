// The tab key after `sudo redis-rewind`, with Debian's bash-completion: its completion of sudo calls ours.
import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { cliEnvironment, succeedCli } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';

const PRESS_TAB = `
  source /usr/share/bash-completion/bash_completion
  source "$1"
  COMP_WORDS=(sudo redis-rewind ver) COMP_CWORD=2 COMP_LINE='sudo redis-rewind ver' COMP_POINT=21
  # Older versions of the package load the completion of sudo by one name, newer ones by another.
  { _completion_loader sudo || _comp_load sudo; } 2>&-
  [[ $(complete -p sudo) =~ -F\\ ([^ ]+) ]]
  "\${BASH_REMATCH[1]}" sudo ver redis-rewind 2>&-
  printf '%s\\n' "\${COMPREPLY[@]}"`;

test('after sudo, commands are completed as without it', async (t) => {
  const folder = await temporaryDirectory(t);
  const script = path.join(folder, 'script');
  await writeFile(script, (await succeedCli(['completion'], { env: { SHELL: 'bash' } })).stdout);
  const program = path.join(folder, 'redis-rewind');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${mainScript}' "$@"\n`);
  await chmod(program, 0o755);
  const { stdout } = await promisify(execFile)(
    'bash',
    ['--norc', '--noprofile', '-c', PRESS_TAB, 'bash', script],
    { cwd: folder, env: cliEnvironment({ env: { PATH: `${folder}:${process.env['PATH']}` } }) },
  );
  t.is(stdout, 'verify\n');
});
