import * as fs from 'node:fs';
import * as path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { UsageError } from '../../../../src/errors.js';
import {
  groupId,
  groupName,
  parseOwner,
  userId,
  userName,
} from '../../../../src/system/files/metadata/owners.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';

/** Entries of /etc/passwd or /etc/group on this machine: name, number, and the fourth field. */
function entriesOf(database: 'passwd' | 'group'): [string, number, string][] {
  return fs
    .readFileSync(`/etc/${database}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name, , id, fourth] = line.split(':');
      return [name ?? '', Number(id), fourth ?? ''];
    });
}

/** Puts a getent first in PATH. It knows one user and one group, and records what it is asked. */
async function withNameService(t: ExecutionContext): Promise<() => string[]> {
  const folder = await temporaryDirectory(t);
  const log = path.join(folder, 'asked');
  fs.writeFileSync(log, '');
  const script = `#!/bin/sh
echo "$1 $2" >> '${log}'
case "$1 $2" in
  'passwd farmer'|'passwd 710001') echo 'farmer:*:710001:720002:Far Mer:/:/bin/sh' ;;
  'group farm'|'group 720002') echo 'farm:*:720002:' ;;
  *) exit 2 ;;
esac
`;
  fs.writeFileSync(path.join(folder, 'getent'), script, { mode: 0o755 });
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}:${before}`;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  return () => fs.readFileSync(log, 'utf8').trim().split('\n');
}

test('users and groups of this machine have their names and numbers', (t) => {
  t.is(userName(0), 'root');
  t.is(groupName(0), 'root');
  t.is(userId('root'), 0);
  t.is(groupId('root'), 0);
  for (const [name, id] of entriesOf('passwd')) t.is(userId(name), id, name);
  for (const [name, id] of entriesOf('group')) t.is(groupId(name), id, name);
});

test.serial(
  'names that the files do not hold are asked of the name service, once each',
  async (t) => {
    const asked = await withNameService(t);
    for (let round = 0; round < 2; round += 1) {
      t.is(userName(710_001), 'farmer');
      t.is(userId('farmer'), 710_001);
      t.is(groupName(720_002), 'farm');
      t.is(groupId('farm'), 720_002);
      t.is(userName(710_009), null);
      t.is(userId('nobody-at-all'), null);
      t.is(groupName(720_009), null);
      t.is(groupId('no-such-group'), null);
      t.is(userName(0), 'root');
    }
    t.deepEqual(asked(), [
      'passwd 710001',
      'passwd farmer',
      'group 720002',
      'group farm',
      'passwd 710009',
      'passwd nobody-at-all',
      'group 720009',
      'group no-such-group',
    ]);
    t.deepEqual(parseOwner('farmer:farm'), { uid: 710_001, gid: 720_002 });
    t.deepEqual(parseOwner('farmer:'), { uid: 710_001, gid: 720_002 });
  },
);

test.serial('without getent, a number that the files do not hold has no name', (t) => {
  const before = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  t.is(userName(710_011), null);
  t.is(groupId('no-such-group-either'), null);
  t.is(userName(0), 'root');
});

test('digits, and text that looks like an option, are never looked up as a name', (t) => {
  t.is(userId('0'), null);
  t.is(groupId('--help'), null);
  t.is(userId(''), null);
});

test('an owner is read from names and numbers', (t) => {
  t.deepEqual(parseOwner('root:root'), { uid: 0, gid: 0 });
  t.deepEqual(parseOwner('105:112'), { uid: 105, gid: 112 });
  t.deepEqual(parseOwner('root:112'), { uid: 0, gid: 112 });
  t.deepEqual(parseOwner('0:0'), { uid: 0, gid: 0 });
  t.deepEqual(parseOwner('4294967294:4294967294'), { uid: 4_294_967_294, gid: 4_294_967_294 });
});

test('a user alone keeps the group, a group alone keeps the user, and a colon adds the login group', (t) => {
  t.deepEqual(parseOwner('root'), { uid: 0, gid: null });
  t.deepEqual(parseOwner('105'), { uid: 105, gid: null });
  t.deepEqual(parseOwner(':root'), { uid: null, gid: 0 });
  t.deepEqual(parseOwner(':112'), { uid: null, gid: 112 });
  for (const [name, id, group] of entriesOf('passwd')) {
    t.deepEqual(parseOwner(`${name}:`), { uid: id, gid: Number(group) }, name);
  }
});

test('an unknown owner, and text that is not an owner, are wrong usage', (t) => {
  for (const [text, message] of [
    ['', /is not an owner/],
    [':', /is not an owner/],
    ['a:b:c', /is not an owner/],
    ['no-such-user', /there is no user 'no-such-user' on this machine/],
    ['root:no-such-group-here', /there is no group 'no-such-group-here' on this machine/],
    ['no-such-user:root', /there is no user/],
    ['4294967295', /is not the number of a user/],
    ['0:99999999999999999999', /is not the number of a group/],
    ['-1', /there is no user '-1'/],
    ['root ', /there is no user 'root '/],
    ['710021:', /login group of '710021:' is not known/],
  ] as const) {
    const error = t.throws(() => parseOwner(text), { instanceOf: UsageError, message }, text);
    t.truthy(error?.hint);
  }
});
