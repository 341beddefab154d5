// A real Keystone of Debian on loopback, with SQLite, served by its own WSGI script. It knows a project 'backups', a
// user who may write there, and an application credential of that user. The catalog has a Swift, in one region or two.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { makeTemporaryDirectory, removeTree } from '../files/temporary-directory.js';
import { freePort } from '../redis/servers/redis-server.js';
import { Daemon } from './daemon.js';

const run = promisify(execFile);

export interface KeystoneServer {
  /** OS_AUTH_URL, and a user with a password and a project. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same with an application credential in place of the password. */
  readonly applicationEnvironment: Readonly<Record<string, string>>;
  /** For the proxy of a Swift (swift-server.ts). */
  readonly filters: string;
  /** Puts a Swift into the catalog. */
  addSwift(region: string, port: number): Promise<void>;
  stop(): Promise<void>;
}

const ADMIN_PASSWORD = 'password-of-the-admin';
export const PASSWORD = 'pass word: of öur user';

export async function startKeystone(): Promise<KeystoneServer> {
  const folder = await makeTemporaryDirectory();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v3`;
  const conf = path.join(folder, 'keystone.conf');
  await writeFile(conf, keystoneConf(folder));
  for (const repository of ['fernet', 'credential']) {
    await mkdir(path.join(folder, repository), { mode: 0o700 });
    for (const name of ['0', '1']) {
      const key = randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
      await writeFile(path.join(folder, repository, name), key, { mode: 0o600 });
    }
  }
  const manage = async (...args: string[]): Promise<void> => {
    await run('keystone-manage', ['--config-file', conf, ...args]);
  };
  // Readers of one connection must not lock out the writer of another.
  const database = new Database(path.join(folder, 'keystone.db'));
  database.pragma('journal_mode = WAL');
  database.close();
  await manage('db_sync');
  const region = ['--bootstrap-region-id', 'one', '--bootstrap-public-url', url];
  await manage('bootstrap', '--bootstrap-password', ADMIN_PASSWORD, ...region);
  const daemon = new Daemon({
    command: 'keystone-wsgi-public',
    args: ['--port', String(port), '--host', '127.0.0.1'],
    port,
    environment: { OS_KEYSTONE_CONFIG_DIR: folder },
  });
  const stop = async (): Promise<void> => {
    await daemon.stop();
    await removeTree(folder);
  };
  try {
    await daemon.listening();
    return { ...(await populate(url)), filters: filtersFor(port), stop };
  } catch (error) {
    await stop();
    throw new Error(daemon.log(), { cause: error });
  }
}

function keystoneConf(folder: string): string {
  return `[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///${folder}/keystone.db
sqlite_synchronous = false
[token]
provider = fernet
[fernet_tokens]
key_repository = ${folder}/fernet
[credential]
key_repository = ${folder}/credential
[cache]
enabled = false
`;
}

function filtersFor(port: number): string {
  return `[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = http://127.0.0.1:${port}
auth_url = http://127.0.0.1:${port}
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = admin
username = admin
password = ${ADMIN_PASSWORD}
delay_auth_decision = true
cache = swift.cache
include_service_catalog = false
interface = public
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member
`;
}

type Populated = Pick<KeystoneServer, 'environment' | 'applicationEnvironment' | 'addSwift'>;

async function populate(url: string): Promise<Populated> {
  const admin = await logIn(url, passwordAuth('admin', ADMIN_PASSWORD, 'admin'));
  const make = async (kind: string, path_: string, value: object): Promise<string> => {
    const answer = await ask(url, admin.token, {
      method: 'POST',
      path: path_,
      body: { [kind]: value },
    });
    return (answer as Record<string, { id: string }>)[kind]?.id ?? '';
  };
  const project = await make('project', 'projects', { name: 'backups', domain_id: 'default' });
  const user = await make('user', 'users', {
    name: 'backup',
    domain_id: 'default',
    password: PASSWORD,
  });
  const { roles } = (await ask(url, admin.token, { method: 'GET', path: 'roles?name=member' })) as {
    roles: { id: string }[];
  };
  const grant = `projects/${project}/users/${user}/roles/${roles[0]?.id}`;
  await ask(url, admin.token, { method: 'PUT', path: grant });
  const service = await make('service', 'services', { type: 'object-store', name: 'swift' });
  await make('region', 'regions', { id: 'two' });
  const own = await logIn(url, passwordAuth('backup', PASSWORD, 'backups'));
  const { application_credential: credential } = (await ask(url, own.token, {
    method: 'POST',
    path: `users/${user}/application_credentials`,
    body: { application_credential: { name: 'exports' } },
  })) as { application_credential: { id: string; secret: string } };
  const common = { OS_AUTH_URL: url, OS_IDENTITY_API_VERSION: '3' };
  return {
    environment: {
      ...common,
      OS_USERNAME: 'backup',
      OS_PASSWORD: PASSWORD,
      OS_PROJECT_NAME: 'backups',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_ID: 'default',
    },
    applicationEnvironment: {
      ...common,
      OS_APPLICATION_CREDENTIAL_ID: credential.id,
      OS_APPLICATION_CREDENTIAL_SECRET: credential.secret,
    },
    addSwift: async (regionId, port) => {
      await make('endpoint', 'endpoints', {
        service_id: service,
        interface: 'public',
        region_id: regionId,
        url: `http://127.0.0.1:${port}/v1/AUTH_%(project_id)s`,
      });
    },
  };
}

function passwordAuth(name: string, password: string, project: string): object {
  const domain = { id: 'default' };
  return {
    identity: { methods: ['password'], password: { user: { name, domain, password } } },
    scope: { project: { name: project, domain } },
  };
}

async function logIn(url: string, auth: object): Promise<{ token: string }> {
  const answer = await fetch(`${url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  const token = answer.headers.get('x-subject-token');
  if (token === null) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return { token };
}

async function ask(
  url: string,
  token: string,
  { method, path: path_, body }: { method: string; path: string; body?: object },
): Promise<unknown> {
  const answer = await fetch(`${url}/${path_}`, {
    method,
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path_}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
