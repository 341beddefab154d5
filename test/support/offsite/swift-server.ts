// A real OpenStack Swift on loopback, with one replica: proxy, account, container and object servers of Debian, and
// memcached, which keeps the tokens. tempauth knows one user, and s3api serves S3 on the same port. Given a
// Keystone, the proxy asks that one who is who.
import { mkdir, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryDirectory, removeTree } from '../files/temporary-directory.js';
import { freePort } from '../redis/servers/redis-server.js';
import { Daemon } from './daemon.js';

const run = promisify(execFile);

export interface SwiftServer {
  readonly port: number;
  /** ST_AUTH, ST_USER and ST_KEY. */
  readonly environment: Readonly<Record<string, string>>;
  log(): string;
  stop(): Promise<void>;
}

export interface SwiftServerOptions {
  /** The settings of filters that check the tokens of a Keystone, and the names of these filters. */
  readonly keystone?: { readonly filters: string };
}

export const SWIFT_USER = 'test:tester';
export const SWIFT_KEY = 'the-key-of-the-tester';

const RINGS = ['account', 'container', 'object'] as const;

export async function startSwift(options: SwiftServerOptions = {}): Promise<SwiftServer> {
  const folder = await makeTemporaryDirectory();
  const daemons: Daemon[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(daemons.map(async (daemon) => daemon.stop()));
    await removeTree(folder);
  };
  try {
    const start = async (command: string, args: string[], port: number): Promise<void> => {
      const daemon = new Daemon({ command, args, port });
      daemons.push(daemon);
      await daemon.listening();
    };
    await mkdir(path.join(folder, 'devices/sdb1'), { recursive: true });
    await writeFile(path.join(folder, 'swift.conf'), SWIFT_CONF);
    const memcache = await freePort();
    const ports = [await freePort(), await freePort(), await freePort()];
    const proxy = await freePort();
    const rings = RINGS.map((ring, index) => `${ring}:${ports[index]}`);
    await run('/usr/bin/python3', ['-c', MAKE_RINGS, folder, ...rings]);
    const file = path.join(folder, 'proxy-server.conf');
    await writeFile(file, proxyConf(folder, proxy, memcache, options.keystone));
    await Promise.all([
      start('memcached', ['-u', 'root', '-l', '127.0.0.1', '-p', String(memcache)], memcache),
      start('swift-proxy-server', [file, '-v'], proxy),
      ...RINGS.map(async (ring, index) => {
        const port = ports[index] as number;
        const conf = path.join(folder, `${ring}-server.conf`);
        await writeFile(conf, storageConf(folder, ring, port));
        await start(`swift-${ring}-server`, [conf, '-v'], port);
      }),
    ]);
    return {
      port: proxy,
      environment: {
        ST_AUTH: `http://127.0.0.1:${proxy}/auth/v1.0`,
        ST_USER: SWIFT_USER,
        ST_KEY: SWIFT_KEY,
      },
      log: () => daemons.map((daemon) => daemon.log()).join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SWIFT_CONF = `[swift-hash]
swift_hash_path_suffix = test
swift_hash_path_prefix = test
[storage-policy:0]
name = gold
default = yes
`;

/** What swift-ring-builder does nine times, in one run of Python. */
const MAKE_RINGS = `
import sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for ring in sys.argv[2:]:
    name, port = ring.split(':')
    builder = RingBuilder(4, 1, 1)
    builder.add_dev(dict(region=1, zone=1, ip='127.0.0.1', port=int(port), device='sdb1', weight=1,
                         replication_ip='127.0.0.1', replication_port=int(port), meta=''))
    builder.rebalance()
    builder.get_ring().save('%s/%s.ring.gz' % (folder, name))
`;

function defaults(folder: string, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${process.getuid?.() === 0 ? 'root' : String(process.env['USER'])}
swift_dir = ${folder}
devices = ${folder}/devices
mount_check = false
disable_fallocate = true
log_address = /dev/null
`;
}

function storageConf(folder: string, ring: string, port: number): string {
  return `${defaults(folder, port)}
[pipeline:main]
pipeline = ${ring}-server
[app:${ring}-server]
use = egg:swift#${ring}
`;
}

function proxyConf(
  folder: string,
  port: number,
  memcache: number,
  keystone: SwiftServerOptions['keystone'],
): string {
  const login = keystone === undefined ? 's3api tempauth' : 'authtoken keystoneauth';
  return `${defaults(folder, port)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache ${login} slo dlo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcache}
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = ${SWIFT_KEY} .admin
user_test_reader = reading
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
${keystone?.filters ?? ''}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
`;
}
