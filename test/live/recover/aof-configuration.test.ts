// How a switch of the AOF survives the next start: by the server's own CONFIG REWRITE, by an edit of the file, or not at
// all, which is said.
import { chmod, chown, link, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli } from '../../support/program/cli.js';
import {
  type ConfiguredServer,
  startConfiguredServer,
} from '../../support/redis/servers/configured-server.js';
import { withRedisServer } from '../../support/redis/servers/redis-server.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';

interface Report {
  readonly survives: boolean;
  readonly keptBy: string | null;
  readonly configuration: string | null;
  readonly notes: readonly {
    readonly kind: string;
    readonly message: string;
    readonly hint: string;
  }[];
}

const TEXT = 'dir DIR\nsave 3600 1\nappendonly no\n';

async function comesBackOn(at: ConfiguredServer): Promise<boolean> {
  await at.restart();
  return (await at.server().client.info('persistence')).includes('aof_enabled:1');
}

asRoot(
  'a file that the server may not write is edited where it is named: comments, order, spaces and line endings stay',
  async (t) => {
    const text =
      '# Redis\r\n\r\nappendonly no\r\ndir DIR\r\nsave 3600 1\r\n  APPENDONLY\t "no"  \r\n# appendonly no\r\ntimeout 0';
    const at = await startConfiguredServer(t, { text, isOfRoot: true });
    await at.server().client.set('a', 'b');
    await chown(at.configuration, 0, 12_345);
    await chmod(at.configuration, 0o604);
    const before = await at.text();
    const unnamed = await at.aof('enable', '--json');
    t.is(unnamed.code, 3, unnamed.stderr);
    const first = unnamed.json() as Report;
    t.like(first, { survives: false, keptBy: null, configuration: at.configuration });
    t.is(first.notes[0]?.kind, 'not-permanent');
    t.regex(first.notes[0]?.message ?? '', /Permission denied.*belongs to user 0/);
    t.is(
      first.notes[0]?.hint,
      `put the line 'appendonly yes' into '${at.configuration}', or to have it edited, name it: --redis-conf '${at.configuration}'`,
    );
    t.is(await at.text(), before);
    const named = await at.aof('enable', '--redis-conf', at.configuration, '--json');
    t.is(named.code, 0, named.stderr);
    t.like(named.json(), { survives: true, keptBy: 'edit' });
    t.is(await at.text(), before.replace('APPENDONLY\t "no"  ', 'APPENDONLY\t yes  '));
    const { uid, gid, mode } = await stat(at.configuration);
    t.deepEqual([uid, gid, mode & 0o7777], [0, 12_345, 0o604]);
    t.true(await comesBackOn(at));
    t.is(await at.server().client.get('a'), 'b');
  },
);

asRoot('a line is added at the end where there is none', async (t) => {
  const at = await startConfiguredServer(t, { text: 'dir DIR\nsave 3600 1', isOfRoot: true });
  const before = await at.text();
  const { code } = await at.aof('enable', '--redis-conf', at.configuration);
  t.is(code, 0);
  t.is(await at.text(), `${before}\nappendonly yes\n`);
  t.true(await comesBackOn(at));
});

test('a file that is included later decides: exit 3 names its line', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  const included = path.join(path.dirname(at.configuration), 'local.conf');
  await writeFile(included, '# ours\nappendonly no\n');
  await at.stop();
  await writeFile(at.configuration, `${await at.text()}include ${included}\n`);
  await at.start();
  const result = await at.aof('enable', '--json');
  t.is(result.code, 3, result.stderr);
  const report = result.json() as Report;
  t.like(report, { survives: false, keptBy: 'server' });
  t.is(report.notes[0]?.kind, 'overridden');
  t.true(report.notes[0]?.message.startsWith(`line 2 of '${included}' has 'appendonly no'`));
  t.is(report.notes[0]?.hint, "change that line to 'appendonly yes'");
  t.false(await comesBackOn(at));
});

test('a server without a configuration file: exit 3 and the line to write', async (t) => {
  const owner = await redisUser();
  const directory = await temporaryDirectory(t);
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const options = { directory, save: '3600 1', ...(owner === undefined ? {} : { owner }) };
  await withRedisServer(options, async ({ port, client }) => {
    const result = await runCli(['aof', 'enable', '-p', String(port)]);
    t.is(result.code, 3, result.stderr);
    t.regex(
      result.stderr,
      /warning: this holds only until the server starts again.*without a config file/,
    );
    t.regex(
      result.stderr,
      /\nhint: put the line 'appendonly yes' into the configuration file that/,
    );
    t.regex(result.stdout, /is on\nit is on the disk: 3 files/);
    t.deepEqual(await client.config('GET', 'appendonly'), ['appendonly', 'yes']);
    const off = await runCli(['aof', 'disable', '-p', String(port)]);
    t.is(off.code, 3);
    t.regex(
      off.stderr,
      /then its AOF may be on again, and it loads the old one, without what was written since: /,
    );
  });
});

asRoot('a file of --redis-conf that is not the one of the server: a warning says so', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  const other = path.join(path.dirname(at.configuration), 'other.conf');
  await writeFile(other, 'save ""\n');
  const result = await at.aof('enable', '--redis-conf', other, '--json');
  t.is(result.code, 3, result.stderr);
  const report = result.json() as Report;
  t.like(report, { survives: false, keptBy: 'server', configuration: other });
  t.regex(report.notes[0]?.message ?? '', /has no line 'appendonly yes', although the server says/);
  t.is(await readFile(other, 'utf8'), 'save ""\n');
  t.true(await comesBackOn(at));
});

asRoot('a file with several names, and a link of another user, are not edited', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT, isOfRoot: true });
  const before = await at.text();
  const second = `${at.configuration}.second`;
  await link(at.configuration, second);
  const hard = (await at.aof('enable', '--redis-conf', second, '--json')).json() as Report;
  t.regex(hard.notes[0]?.message ?? '', /has several names/);
  const owner = await redisUser();
  const theirs = path.join(at.directory, 'theirs');
  await mkdir(theirs);
  await chown(theirs, owner?.uid ?? 1, owner?.gid ?? 1);
  const planted = path.join(theirs, 'redis.conf');
  await symlink(at.configuration, planted);
  const soft = (await at.aof('enable', '--redis-conf', planted, '--json')).json() as Report;
  t.regex(soft.notes[0]?.message ?? '', /is a symbolic link that another user can have made/);
  t.is(await at.text(), before);
});

test('an ACL user without CONFIG SET changes nothing; one without CONFIG REWRITE has the file edited', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  const { client } = at.server();
  const rights = ['+ping', '+info', '+time', '+config|get', '+bgsave'];
  await client.call('ACL', 'SETUSER', 'weak', 'on', '>secret', ...rights);
  const as = ['--user', 'weak', '-a', 'secret', '--json'];
  const refused = await at.aof('enable', ...as);
  t.is(refused.code, 30);
  const error = JSON.parse(refused.stderr) as { message: string; hint: string };
  t.regex(error.message, /does not let user 'weak' run CONFIG SET$/);
  t.is(
    error.hint,
    'nothing was changed: the AOF is off as before; give the user these rights: +ping +info +time +config|get +config|set +config|rewrite +bgsave (of the categories @admin and @dangerous)',
  );
  t.deepEqual(await client.config('GET', 'appendonly'), ['appendonly', 'no']);
  await client.call('ACL', 'SETUSER', 'weak', '+config|set');
  const before = await at.text();
  const edited = await at.aof('enable', ...as);
  t.is(edited.code, 0, edited.stderr);
  t.like(edited.json(), { survives: true, keptBy: 'edit' });
  t.is(await at.text(), before.replace('appendonly no', 'appendonly yes'));
  t.true(await comesBackOn(at));
});

test('a renamed CONFIG is called by its new name; without --redis-conf a line says so', async (t) => {
  const at = await startConfiguredServer(t, { text: `${TEXT}rename-command CONFIG "SETTINGS"\n` });
  const blind = await at.aof('enable');
  t.is(blind.code, 30);
  t.regex(
    blind.stderr,
    /does not know CONFIG SET: the command was renamed or disabled\nhint: nothing was changed: .*--redis-conf FILE; a managed service/,
  );
  const result = await at.aof('enable', '--redis-conf', at.configuration, '--json');
  t.is(result.code, 0, result.stderr);
  t.like(result.json(), { survives: true, keptBy: 'server' });
  await at.restart();
  t.true((await at.server().client.info('persistence')).includes('aof_enabled:1'));
});

asRoot(
  'a folder that the server may not write to: nothing is changed, and exit 30 says why',
  async (t) => {
    const at = await startConfiguredServer(t, { text: TEXT });
    await mkdir(path.join(at.directory, 'appendonlydir'), { mode: 0o755 });
    const result = await at.aof('enable');
    t.is(result.code, 30);
    t.regex(
      result.stderr,
      /Unable to turn on AOF.*\nhint: nothing was changed: the AOF is off as before; read the log/,
    );
    t.true((await at.server().client.info('persistence')).includes('aof_enabled:0'));
    t.is(await readFile(at.configuration, 'utf8'), TEXT.replace('DIR', at.directory));
  },
);

asRoot('a directory in which the server may write no file: the AOF is off again', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  const owner = await redisUser();
  const folder = path.join(at.directory, 'appendonlydir');
  await mkdir(folder);
  await chown(folder, owner?.uid ?? 0, owner?.gid ?? 0);
  await chown(at.directory, 0, 0);
  const result = await at.aof('enable');
  t.is(result.code, 30, result.stdout);
  t.regex(
    result.stderr,
    /could not write its AOF\nhint: read the log .*; the AOF is off again, as it was before\n/,
  );
  t.true((await at.server().client.info('persistence')).includes('aof_enabled:0'));
  await chown(at.directory, owner?.uid ?? 0, owner?.gid ?? 0);
});
