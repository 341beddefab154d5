// Logs in to Swift: with a user and a key (auth v1, as Swift's own tempauth has it), or through Keystone v3.
import { readAnswerJson, readRecord } from '../foreign-json.js';
import type { HttpClient } from '../http/http-client.js';
import type { HttpAnswer } from '../http/http-answer.js';
import {
  RemoteFailure,
  failureOfStatus,
  foreignAnswer,
  parseRetryAfter,
} from '../http/remote-failure.js';
import { findObjectStore } from './service-catalog.js';
import type { KeystoneAccess, KeystoneName, SwiftAccess, V1Access } from './swift-access.js';

export interface SwiftLogin {
  /** Where the containers are, without a slash at its end. */
  readonly storageUrl: string;
  readonly token: string;
}

/** A catalog of services, with every region of a large cloud. */
const MOST_CATALOG_BYTES = 4 * 1024 * 1024;

/** @throws RemoteFailure */
export async function logIn(
  http: HttpClient,
  access: SwiftAccess,
  nowMs: number,
): Promise<SwiftLogin> {
  return access.kind === 'v1' ? logInToV1(http, access, nowMs) : logInToV3(http, access, nowMs);
}

async function logInToV1(http: HttpClient, access: V1Access, nowMs: number): Promise<SwiftLogin> {
  const answer = await http.send({
    method: 'GET',
    url: access.url,
    headers: {
      'x-auth-user': headerText(access.user),
      'x-auth-key': headerText(access.key.reveal()),
    },
    body: null,
    answerMs: null,
  });
  await answer.discard();
  if (answer.status !== 200 && answer.status !== 204) throw failure(answer, 'ST_AUTH', nowMs);
  return {
    storageUrl: requireStorageUrl(answer.header('x-storage-url')),
    token: requireToken(answer.header('x-auth-token')),
  };
}

async function logInToV3(
  http: HttpClient,
  access: KeystoneAccess,
  nowMs: number,
): Promise<SwiftLogin> {
  const bytes = Buffer.from(JSON.stringify({ auth: authOf(access) }));
  const answer = await http.send({
    method: 'POST',
    url: tokensUrl(access.url),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: { sizeBytes: bytes.length, chunks: () => [bytes] },
    answerMs: null,
  });
  if (answer.status !== 201) {
    await answer.discard();
    throw failure(answer, 'OS_AUTH_URL', nowMs);
  }
  const token = requireToken(answer.header('x-subject-token'));
  const body = readRecord(await readAnswerJson(answer, MOST_CATALOG_BYTES), 'token');
  return { storageUrl: requireStorageUrl(findObjectStore(body['catalog'], access)), token };
}

/** @param addressFrom the variable with the address of the login */
function failure(answer: HttpAnswer, addressFrom: string, nowMs: number): Error {
  const { status } = answer;
  const failed = failureOfStatus(status, parseRetryAfter(answer.header('retry-after'), nowMs));
  if (failed.isTransient || status === 401 || status === 403) return failed;
  return new RemoteFailure('foreign', `it answered ${status} to the login`, {
    status,
    hint: `check that ${addressFrom} is the whole address of the login`,
  });
}

/** OS_AUTH_URL ends in `/v3`, or leaves the version out. */
function tokensUrl(address: URL): URL {
  const path = address.pathname.replace(/\/+$/, '');
  const url = new URL(address);
  url.pathname = `${path.endsWith('/v3') ? path : `${path}/v3`}/auth/tokens`;
  return url;
}

function authOf({ identity, project }: KeystoneAccess): object {
  if (identity.method === 'password') {
    const user = { ...formatName(identity.user), password: identity.password.reveal() };
    return {
      identity: { methods: ['password'], password: { user } },
      ...(project === null ? {} : { scope: { project: formatName(project) } }),
    };
  }
  const secret = identity.secret.reveal();
  const credential =
    identity.id !== null
      ? { id: identity.id, secret }
      : {
          name: identity.name,
          secret,
          ...(identity.user === null ? {} : { user: formatName(identity.user) }),
        };
  return {
    identity: { methods: ['application_credential'], application_credential: credential },
  };
}

function formatName({ id, name, domain }: KeystoneName): object {
  return id !== null ? { id } : { name, domain };
}

/** A header takes bytes: those of UTF-8. */
function headerText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function requireToken(token: string | undefined): string {
  if (token !== undefined && /^[\x21-\x7e]{1,16384}$/.test(token)) return token;
  throw foreignAnswer('it gives no token');
}

function requireStorageUrl(text: string | undefined): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw foreignAnswer('it gives no address of a storage');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
