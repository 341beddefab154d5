// Where a restore is not enough, its hint has a whole command of `recover`. It is typed as it stands, on a machine with
// Debian's redis-server.
import type { ExecutionContext } from 'ava';
import { asRoot } from '../../support/program/as-root.js';
import { DebianMachine } from '../../support/machine/debian-machine.js';

const REPOSITORY = "'/srv/it'\\''s a backup'";

/** A backup of one key, which the server has lost since. */
async function prepare(t: ExecutionContext): Promise<DebianMachine> {
  const machine = await DebianMachine.create(t, { appendOnly: true });
  await machine.succeed(`systemctl start redis-server
    redis-cli set shapes:triangles 3
    redis-rewind backup --redis redis://127.0.0.1:6379 ${REPOSITORY}
    redis-cli flushall`);
  return machine;
}

function commandIn(output: string): string {
  const [, command = ''] =
    /or let all of it be done: (redis-rewind recover .*?)\r?$/m.exec(output) ?? [];
  return command;
}

asRoot('the refusal to restore where a server runs names a command that recovers it', async (t) => {
  const machine = await prepare(t);
  const refused = await machine.run(`redis-rewind restore ${REPOSITORY} /var/lib/redis`);
  t.is(refused.code, 14, refused.output);
  const done = await machine.runAtTerminal(commandIn(refused.output));
  t.is(done.code, 0, `${refused.output}\n${done.output}`);
  t.is(await machine.succeed('redis-cli get shapes:triangles'), '3\n');
});

asRoot('so does the warning after a restore that a server would not load', async (t) => {
  const machine = await prepare(t);
  const warned = await machine.run(`systemctl stop redis-server
    redis-rewind restore --force ${REPOSITORY}/dump.rdb /var/lib/redis/dump.rdb`);
  t.is(warned.code, 3, warned.output);
  const done = await machine.runAtTerminal(commandIn(warned.output));
  t.is(done.code, 0, `${warned.output}\n${done.output}`);
  await machine.succeed('redis-cli ping || systemctl start redis-server');
  t.is(await machine.succeed('redis-cli get shapes:triangles'), '3\n');
});
