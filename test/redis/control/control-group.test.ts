// Whose a process is, by its control group, as systemd, container engines and logins name it.
import test from 'ava';

import { type GroupOwner, ownerOfGroup } from '../../../src/redis/control/control-group.js';

const UNIT: GroupOwner = { kind: 'unit', unit: 'redis-server.service' };
const NONE: GroupOwner = { kind: 'none' };
const CONTAINER: GroupOwner = { kind: 'container' };

const CASES: readonly (readonly [string, string, GroupOwner])[] = [
  ['a unit', '0::/system.slice/redis-server.service\n', UNIT],
  [
    'a unit of a template',
    '0::/system.slice/system-redis\\x2dserver.slice/redis-server@6380.service\n',
    { kind: 'unit', unit: 'redis-server@6380.service' },
  ],
  ['a group within a unit', '0::/system.slice/redis-server.service/payload\n', UNIT],
  [
    'a unit beside hierarchies of version 1',
    '4:memory:/x\n1:name=systemd:/system.slice/redis-server.service\n0::/other\n',
    UNIT,
  ],
  [
    'an empty hierarchy of version 1',
    '1:name=systemd:/\n0::/system.slice/redis-server.service\n',
    UNIT,
  ],
  ['a login', '0::/user.slice/user-0.slice/session-3.scope\n', NONE],
  ['a scope of a user', '0::/user.slice/user-0.slice/user@0.service/app.slice/x.scope\n', NONE],
  [
    'a unit of a user',
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/redis.service\n',
    { kind: 'user-unit', unit: 'redis.service', user: '1000' },
  ],
  ['docker', '0::/system.slice/docker-0123456789abcdef.scope\n', CONTAINER],
  ['docker with cgroupfs', '12:pids:/docker/0123\n0::/docker/0123456789abcdef\n', CONTAINER],
  ['kubernetes', '0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-0123.scope\n', CONTAINER],
  ['podman', '0::/machine.slice/libpod-0123abcd.scope/container\n', CONTAINER],
  ['no group', '0::/\n', NONE],
  ['nothing that can be read', '', NONE],
];

for (const [title, text, expected] of CASES) {
  test(`${title}: ${expected.kind}`, (t) => {
    t.deepEqual(ownerOfGroup(text), expected);
  });
}
