// How to log in to Swift, from the usual variables: ST_AUTH, ST_USER and ST_KEY (auth v1), or OS_* (Keystone v3).
import { UsageError } from '../../../errors.js';
import type { Secret } from '../../../system/secrets/secret.js';
import type { RemoteAdvice } from '../http/retry.js';
import {
  type Environment,
  missingVariables,
  parseAddress,
  secretVariable,
  variable,
} from '../credentials.js';

export interface V1Access {
  readonly kind: 'v1';
  readonly url: URL;
  readonly user: string;
  readonly key: Secret;
}

/** Something that has an id, or a name within a domain. */
export interface KeystoneName {
  readonly id: string | null;
  readonly name: string | null;
  readonly domain: { readonly id: string } | { readonly name: string };
}

export interface KeystoneAccess {
  readonly kind: 'v3';
  readonly url: URL;
  readonly identity:
    | { readonly method: 'password'; readonly user: KeystoneName; readonly password: Secret }
    | {
        readonly method: 'application_credential';
        readonly id: string | null;
        readonly name: string | null;
        /** Of a credential that is known by its name. */
        readonly user: KeystoneName | null;
        readonly secret: Secret;
      };
  /** Null for an application credential, which belongs to a project. */
  readonly project: KeystoneName | null;
  /** `public`, `internal` or `admin`. */
  readonly interface: string;
  /** Null where the catalog has one region only. */
  readonly region: string | null;
}

export type SwiftAccess = V1Access | KeystoneAccess;

const NAMES =
  'ST_AUTH, ST_USER and ST_KEY, or OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME, or OS_AUTH_URL, OS_APPLICATION_CREDENTIAL_ID and OS_APPLICATION_CREDENTIAL_SECRET';

/** @throws UsageError where variables are missing or make no sense */
export function parseSwiftAccess(environment: Environment): SwiftAccess {
  const v1Address = variable(environment, 'ST_AUTH');
  if (v1Address !== null) {
    const user = variable(environment, 'ST_USER');
    const key = secretVariable(environment, 'ST_KEY');
    if (user === null || key === null) throw missingVariables('Swift', 'ST_USER and ST_KEY');
    return { kind: 'v1', url: parseAddress(v1Address, 'ST_AUTH'), user, key };
  }
  const address = variable(environment, 'OS_AUTH_URL');
  if (address === null) throw missingVariables('Swift', NAMES);
  const identity = parseIdentity(environment);
  return {
    kind: 'v3',
    url: parseAddress(address, 'OS_AUTH_URL'),
    identity,
    project: identity.method === 'password' ? parseProject(environment) : null,
    interface: parseInterface(environment),
    region: variable(environment, 'OS_REGION_NAME'),
  };
}

/** What to check when it does not work. */
export function swiftAdvice(access: SwiftAccess): RemoteAdvice {
  const address = access.kind === 'v1' ? 'ST_AUTH' : 'OS_AUTH_URL';
  const credentials =
    access.kind === 'v1'
      ? 'ST_USER and ST_KEY'
      : access.identity.method === 'password'
        ? 'OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME and the names of their domains'
        : 'OS_APPLICATION_CREDENTIAL_ID and OS_APPLICATION_CREDENTIAL_SECRET';
  return {
    unreachable: `check that ${address} is right, and that this machine can reach it`,
    credentials: `check ${credentials}`,
    permission: 'check that this user may read and write the container',
    missing: 'check the name of the container and of the archive',
  };
}

function parseIdentity(environment: Environment): KeystoneAccess['identity'] {
  const secret = secretVariable(environment, 'OS_APPLICATION_CREDENTIAL_SECRET');
  if (secret !== null) {
    const id = variable(environment, 'OS_APPLICATION_CREDENTIAL_ID');
    const name = variable(environment, 'OS_APPLICATION_CREDENTIAL_NAME');
    const user = parseUser(environment);
    if (id !== null || (name !== null && user !== null)) {
      return { method: 'application_credential', id, name, user, secret };
    }
    throw missingVariables('Swift', 'OS_APPLICATION_CREDENTIAL_ID');
  }
  const user = parseUser(environment);
  const password = secretVariable(environment, 'OS_PASSWORD');
  if (user === null || password === null) throw missingVariables('Swift', NAMES);
  return { method: 'password', user, password };
}

function parseUser(environment: Environment): KeystoneName | null {
  const id = variable(environment, 'OS_USER_ID');
  const name = variable(environment, 'OS_USERNAME');
  return id === null && name === null
    ? null
    : { id, name, domain: parseDomain(environment, 'OS_USER_DOMAIN') };
}

function parseProject(environment: Environment): KeystoneName {
  const id = variable(environment, 'OS_PROJECT_ID', 'OS_TENANT_ID');
  const name = variable(environment, 'OS_PROJECT_NAME', 'OS_TENANT_NAME');
  if (id === null && name === null) throw missingVariables('Swift', 'OS_PROJECT_NAME');
  return { id, name, domain: parseDomain(environment, 'OS_PROJECT_DOMAIN') };
}

function parseDomain(environment: Environment, start: string): KeystoneName['domain'] {
  const id = variable(environment, `${start}_ID`);
  if (id !== null) return { id };
  const name = variable(environment, `${start}_NAME`);
  if (name !== null) return { name };
  return { id: variable(environment, 'OS_DEFAULT_DOMAIN_ID', 'OS_DEFAULT_DOMAIN') ?? 'default' };
}

/** `publicURL` is how older programs write `public`. */
function parseInterface(environment: Environment): string {
  const typed = variable(environment, 'OS_INTERFACE', 'OS_ENDPOINT_TYPE') ?? 'public';
  const name = typed.replace(/URL$/, '');
  if (name === 'public' || name === 'internal' || name === 'admin') return name;
  throw new UsageError('OS_INTERFACE is not public, internal or admin');
}
