// The variables of Swift's and OpenStack's programs, and the catalog of services that Keystone answers with.
import test from 'ava';
import { UsageError } from '../../../../src/errors.js';
import { findObjectStore } from '../../../../src/offsite/stores/swift/service-catalog.js';
import {
  type KeystoneAccess,
  parseSwiftAccess,
} from '../../../../src/offsite/stores/swift/swift-access.js';

const V1 = { ST_AUTH: 'https://swift/auth/v1.0', ST_USER: 'a:u', ST_KEY: 'hunter2' };
const V3 = {
  OS_AUTH_URL: 'https://keystone/v3',
  OS_USERNAME: 'u',
  OS_PASSWORD: 'hunter2',
  OS_PROJECT_NAME: 'p',
};

test('ST_* are auth v1, and come first', (t) => {
  t.is(parseSwiftAccess({ ...V3, ...V1 }).kind, 'v1');
});

test('OS_* are Keystone v3, with the domain that is the default', (t) => {
  const access = parseSwiftAccess(V3) as KeystoneAccess;
  t.deepEqual(access.project, { id: null, name: 'p', domain: { id: 'default' } });
  t.is(access.interface, 'public');
  t.is(access.region, null);
  const named = {
    OS_USER_DOMAIN_NAME: 'D',
    OS_PROJECT_DOMAIN_ID: 'd',
    OS_ENDPOINT_TYPE: 'internalURL',
  };
  const other = parseSwiftAccess({ ...V3, ...named }) as KeystoneAccess;
  t.deepEqual(other.project?.domain, { id: 'd' });
  t.is(other.interface, 'internal');
  t.deepEqual((other.identity as { user: object }).user, {
    id: null,
    name: 'u',
    domain: { name: 'D' },
  });
});

test('an application credential needs no project', (t) => {
  const access = parseSwiftAccess({
    OS_AUTH_URL: V3.OS_AUTH_URL,
    OS_APPLICATION_CREDENTIAL_ID: 'i',
    OS_APPLICATION_CREDENTIAL_SECRET: 'hunter2',
  }) as KeystoneAccess;
  t.is(access.identity.method, 'application_credential');
  t.is(access.project, null);
});

for (const environment of [
  {},
  { ...V1, ST_KEY: '' },
  { ...V1, ST_AUTH: 'swift/auth' },
  { ...V1, ST_AUTH: 'ftp://swift/' },
  { ...V1, ST_AUTH: 'https://me:hunter2@swift/' },
  { ...V1, ST_KEY: 'hunter2\n' },
  { ...V3, OS_PASSWORD: '' },
  { ...V3, OS_PROJECT_NAME: '' },
  { ...V3, OS_INTERFACE: 'secret' },
  { OS_AUTH_URL: 'https://k', OS_APPLICATION_CREDENTIAL_SECRET: 'hunter2' },
]) {
  test(`wrong usage without a secret in it: ${JSON.stringify(environment)}`, (t) => {
    const error = t.throws(() => parseSwiftAccess(environment), { instanceOf: UsageError });
    t.false(`${error.message} ${error.hint} ${error.stack}`.includes('hunter2'));
  });
}

const catalog = (...endpoints: object[]): object[] => [
  { type: 'identity', endpoints: [{ interface: 'public', region: 'r', url: 'https://keystone' }] },
  { type: 'object-store', endpoints },
];
const endpoint = (region: string, interface_ = 'public'): object => ({
  interface: interface_,
  region_id: region,
  url: `https://${region}/${interface_}`,
});

test('Swift is found by type, interface and region', (t) => {
  const both = catalog(endpoint('a'), endpoint('b'), endpoint('a', 'internal'));
  t.is(findObjectStore(both, { interface: 'public', region: 'b' }), 'https://b/public');
  t.is(findObjectStore(both, { interface: 'internal', region: null }), 'https://a/internal');
  t.throws(() => findObjectStore(both, { interface: 'public', region: null }), {
    message: /several regions/,
  });
  t.throws(() => findObjectStore(both, { interface: 'admin', region: null }), {
    message: /no Swift for this project/,
  });
  t.throws(() => findObjectStore(both, { interface: 'public', region: 'c' }), {
    message: /no Swift in the region/,
  });
});

for (const odd of [null, 7, {}, [], [null, 7, { type: 'object-store' }], catalog({ url: 7 })]) {
  test(`a catalog that makes no sense has no Swift: ${JSON.stringify(odd)}`, (t) => {
    t.throws(() => findObjectStore(odd, { interface: 'public', region: null }), {
      message: /no Swift/,
    });
  });
}
