// The command `recover` by a user other than root: whose HOME is not its own, or who may not write in the repository.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { asRoot } from '../../support/program/as-root.js';
import { keysOf, prepareRecovery, recover } from '../../support/redis/recover-stage.js';
import { withClient } from '../../support/redis/servers/unattended-server.js';

asRoot(
  'a user who may not write in the repository recovers with --discard-present, and undoes that',
  async (t) => {
    const user = { uid: 4242, gid: 4242 };
    const stage = await prepareRecovery(t, [], user);
    const { server, repository } = stage;
    const root = path.dirname(repository);
    execFileSync('chmod', ['-R', 'o+rX', root]);
    const home = path.join(root, 'home');
    mkdirSync(home);
    chownSync(home, user.uid, user.gid);
    const how = { ...user, env: { HOME: home, XDG_STATE_HOME: undefined } };
    const refused = await recover(stage, ['-r', 'now', '--yes'], how);
    t.is(refused.code, 2, refused.stderr);
    t.regex(refused.stderr, /cannot be written.*\nhint: .*--discard-present/);
    await withClient(server, async (client) => client.save());
    const done = await recover(stage, ['-r', 'now', '--yes', '--discard-present'], how);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    t.false(existsSync(path.join(repository, 'redis-rewind-data', 'recover')));
    t.is(statSync(path.join(home, '.local/state/redis-rewind/recover')).mode & 0o777, 0o700);
    const undone = await recover(stage, ['--undo', '--yes'], how);
    t.is(undone.code, 0, undone.stderr);
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  },
);

asRoot(
  'HOME of another user is no folder of its own: the journal is in the repository',
  async (t) => {
    const user = { uid: 4242, gid: 4242 };
    const stage = await prepareRecovery(t, [], user);
    const { server, repository } = stage;
    const locked = path.join(path.dirname(repository), 'locked');
    mkdirSync(locked, { mode: 0o700 });
    execFileSync('chown', ['-R', '4242:4242', repository]);
    const how = { ...user, env: { HOME: locked, XDG_STATE_HOME: undefined } };
    const done = await recover(stage, ['-r', 'now', '--yes', '--discard-present'], how);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    const undone = await recover(stage, ['--undo', '--yes'], how);
    t.is(undone.code, 0, undone.stderr);
  },
);

for (const { title, mode } of [
  { title: 'may be read', mode: 0o755 },
  { title: 'may not be read', mode: 0o700 },
]) {
  asRoot(`a repository of another user whose recoveries ${title} cannot be written`, async (t) => {
    const user = { uid: 4242, gid: 4242 };
    const stage = await prepareRecovery(t, [], user);
    const { server, repository } = stage;
    const root = path.dirname(repository);
    const home = path.join(root, 'home');
    mkdirSync(home);
    chownSync(home, user.uid, user.gid);
    execFileSync('chmod', ['-R', 'o+rX', root]);
    const recoveries = path.join(repository, 'redis-rewind-data', 'recover');
    mkdirSync(recoveries, { mode });
    const how = { ...user, env: { HOME: home, XDG_STATE_HOME: undefined } };
    const refused = await recover(stage, ['-r', 'now', '--yes'], how);
    t.is(refused.code, 2, refused.stderr);
    t.regex(refused.stderr, /cannot be written.*\nhint: .*--discard-present/);
    await withClient(server, async (client) => client.save());
    const done = await recover(stage, ['-r', 'now', '--yes', '--discard-present'], how);
    t.is(done.code, mode === 0o755 ? 0 : 3, done.stderr);
    t.is(/every recovery in .* was passed over/.test(done.stderr), mode === 0o700);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    await recover(stage, ['--undo', '--yes'], how);
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  });
}
