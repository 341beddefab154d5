// Stores that are broken or hostile: each answer has a bound of size and time, and ends in one clear error, without a
// credential in it.
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { InterruptedError, RemoteStoreError, type RemoteTrouble } from '../../../src/errors.js';
import { DEFAULT_LIMITS } from '../../../src/offsite/stores/http/http-client.js';
import {
  type Script,
  type ScriptedServer,
  startRaw,
  startScripted,
} from '../../support/offsite/scripted-server.js';
import {
  NAME,
  type TestStore,
  openTestStore,
  outgoing,
  readArchive,
} from '../../support/offsite/test-store.js';

const SECRET = 'hunter2-the-secret';
const TOKEN = 'the-token-of-this-test';
/** For tests in which somebody waits in vain. */
const SHORT = { ...DEFAULT_LIMITS, idleMs: 1000, answerMs: 2000 };

function openAt(port: number, kind: 'swift' | 's3', limits = DEFAULT_LIMITS): TestStore {
  const base = `http://127.0.0.1:${port}`;
  return openTestStore(`${kind}://bucket/p/`, {
    environment: {
      ST_AUTH: `${base}/auth/v1.0`,
      ST_USER: 'user',
      ST_KEY: SECRET,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_SESSION_TOKEN: TOKEN,
      AWS_ENDPOINT_URL: base,
    },
    context: { mostAttempts: 2, limits },
  });
}

/** Logs in whoever asks, and leaves the rest to `script`. */
function afterLogin(script: Script): Script {
  return (request, response) => {
    if (request.url !== '/auth/v1.0') return script(request, response);
    const url = `http://${request.headers.host}/v1/AUTH_a`;
    response.writeHead(200, { 'x-storage-url': url, 'x-auth-token': TOKEN }).end();
  };
}

async function start(t: ExecutionContext, script: Script): Promise<ScriptedServer> {
  const server = await startScripted(script);
  t.teardown(() => server.stop());
  return server;
}

async function expectTrouble(
  t: ExecutionContext,
  work: Promise<unknown>,
  trouble: RemoteTrouble,
): Promise<RemoteStoreError> {
  const error = await t.throwsAsync(work, { instanceOf: RemoteStoreError });
  const shown = inspect(error, { depth: 20, showHidden: true });
  t.false(shown.includes(SECRET), shown);
  t.false(shown.includes(TOKEN), shown);
  t.is(error.trouble, trouble, shown);
  return error;
}

const KINDS = ['swift', 's3'] as const;

for (const kind of KINDS) {
  test(`${kind}: an address where nothing listens`, async (t) => {
    const server = await start(t, () => {});
    server.stop();
    const error = await expectTrouble(t, openAt(server.port, kind).store.list(), 'unreachable');
    t.regex(String(error.hint), kind === 'swift' ? /ST_AUTH/ : /AWS_ENDPOINT_URL/);
  });

  test(`${kind}: a server that never answers`, async (t) => {
    const server = await start(t, () => {});
    await expectTrouble(t, openAt(server.port, kind, SHORT).store.list(), 'timeout');
    t.is(server.seen.length, 2);
  });

  test(`${kind}: a server that sends its headers drop by drop`, async (t) => {
    const server = await start(t, (request) => {
      const { socket } = request;
      socket.on('error', () => {});
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const timer = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    await expectTrouble(t, openAt(server.port, kind, SHORT).store.list(), 'timeout');
  });

  test(`${kind}: a server that does not speak HTTP`, async (t) => {
    const server = await startRaw('220 mail.example.org ESMTP\r\n');
    t.teardown(() => server.stop());
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'foreign');
  });

  test(`${kind}: headers of a megabyte`, async (t) => {
    const server = await startRaw(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1 << 20)}\r\n\r\n`);
    t.teardown(() => server.stop());
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'foreign');
  });

  test(`${kind}: a page of a hotel in place of a list`, async (t) => {
    const page = '<html><head><title>Sign in</title></head><body><br></body></html>';
    const server = await start(
      t,
      afterLogin((_, response) => void response.end(page)),
    );
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'foreign');
  });

  test(`${kind}: a list without an end`, async (t) => {
    const server = await start(
      t,
      afterLogin((_, response) => {
        response.on('error', () => {});
        const piece = '<a/>'.repeat(20_000);
        const pour = (): void => {
          while (response.write(piece) && !response.destroyed);
        };
        response.on('drain', pour);
        pour();
      }),
    );
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'foreign');
  });

  test(`${kind}: pages that lead nowhere`, async (t) => {
    const json = JSON.stringify([{ name: 'p/a', last_modified: 'x', bytes: 1, hash: 'h' }]);
    const xml =
      '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>p/a</Key></Contents></ListBucketResult>';
    const server = await start(
      t,
      afterLogin((_, response) => void response.end(kind === 'swift' ? json : xml)),
    );
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'foreign');
    t.true(server.seen.length < 6);
  });

  test(`${kind}: folders without end, and no archive among them`, async (t) => {
    let page = 0;
    const server = await start(
      t,
      afterLogin((_, response) => {
        page += 1;
        const folders = Array.from({ length: 20_000 }, (__, index) => {
          return `p/${String(page * 20_000 + index).padStart(12, '0')}/`;
        });
        const prefixes = folders.map(
          (name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`,
        );
        response.end(
          kind === 'swift'
            ? JSON.stringify(folders.map((subdir) => ({ subdir })))
            : `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>${page}</NextContinuationToken>${prefixes.join('')}</ListBucketResult>`,
        );
      }),
    );
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'refused');
    t.true(server.seen.length < 20);
  });

  test(`${kind}: names that lead out of the folder, or below it, are left alone`, async (t) => {
    const old = '2020-01-01T00:00:00';
    const upload = '1600000000000-0123456789abcdef';
    const digest = kind === 's3' ? [`...${upload}.sha256`] : [];
    const inFolder = ['.', '..', 'x/../../y', `below/${NAME}`, ...digest];
    const segments = [`../${upload}/00000001`, `../../y/${upload}/00000001`];
    const server = await start(
      t,
      afterLogin((request, response) => {
        const url = request.url ?? '';
        const isList = /[?&](?:format=json|list-type=2)/.test(url);
        const names = url.includes('_segments') ? segments : inFolder;
        const objects = isList && !/[?&]marker=[^&]/.test(url) ? names.toSorted() : [];
        const rows = objects.map(
          (name) => `<Contents><Key>p/${name}</Key><LastModified>${old}Z</LastModified></Contents>`,
        );
        if (url.includes('uploads=')) response.end('<ListMultipartUploadsResult/>');
        else if (!isList) response.writeHead(404).end();
        else if (kind === 's3')
          response.end(`<ListBucketResult>${rows.join('')}</ListBucketResult>`);
        else {
          const json = objects.map((name) => ({ name: `p/${name}`, last_modified: old }));
          response.end(JSON.stringify(json));
        }
      }),
    );
    const { store } = openAt(server.port, kind);
    t.deepEqual(await store.list(), []);
    t.is(await store.removeLeftovers(), 0);
    t.deepEqual(
      server.seen.filter((line) => /^(?:HEAD|DELETE)/.test(line)),
      [],
    );
  });

  test(`${kind}: an address that sends elsewhere is not followed`, async (t) => {
    const server = await start(
      t,
      afterLogin((_, response) => {
        response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end();
      }),
    );
    await expectTrouble(t, openAt(server.port, kind).store.list(), 'refused');
  });

  test(`${kind}: an error with a text of megabytes and a secret in it is shown without it`, async (t) => {
    const text = `<Error><Code>AccessDenied</Code><Message>${SECRET}\u001b[2J${TOKEN}</Message></Error>`;
    const server = await start(
      t,
      afterLogin((_, response) => {
        response.writeHead(403).end(text + ' '.repeat(10_000_000));
      }),
    );
    const error = await expectTrouble(t, openAt(server.port, kind).store.list(), 'permission');
    t.true(error.message.length < 200);
  });

  test(`${kind}: a download that says one size and sends another`, async (t) => {
    const server = await start(
      t,
      afterLogin((request, response) => {
        if (request.method !== 'GET') {
          response.writeHead(200).end();
          return;
        }
        response.writeHead(200, { etag: '"e"' });
        response.end('a'.repeat(100));
      }),
    );
    // Without a Content-Length nobody knows where it ends.
    await expectTrouble(t, readArchive(openAt(server.port, kind).store), 'foreign');
  });

  test(`${kind}: a download that stops in the middle, again and again`, async (t) => {
    const server = await start(
      t,
      afterLogin((request, response) => {
        if (request.method !== 'GET') {
          response.writeHead(200).end();
          return;
        }
        const [, start_] = /^bytes=([0-9]+)-$/.exec(request.headers.range ?? '') ?? [];
        if (start_ === undefined) {
          response.writeHead(200, { etag: '"e"', 'content-length': '1000' });
          response.write('a'.repeat(10));
          setTimeout(() => response.destroy(), 20);
        } else request.socket.destroy();
      }),
    );
    await expectTrouble(t, readArchive(openAt(server.port, kind).store), 'lost');
    t.true(server.seen.length <= 6, server.seen.join('\n'));
  });

  test(`${kind}: a download that goes on drop by drop`, async (t) => {
    const server = await start(
      t,
      afterLogin((request, response) => {
        if (request.method !== 'GET') {
          response.writeHead(200).end();
          return;
        }
        const [, first = '0'] = /^bytes=([0-9]+)-$/.exec(request.headers.range ?? '') ?? [];
        const headers = { etag: '"e"', 'content-length': String(1e6 - Number(first)) };
        const range = `bytes ${first}-999999/1000000`;
        response.writeHead(first === '0' ? 200 : 206, { ...headers, 'content-range': range });
        const timer = setInterval(() => response.write('a'), 20);
        response.on('close', () => clearInterval(timer));
      }),
    );
    const { store } = openAt(server.port, kind, { ...DEFAULT_LIMITS, idleMs: SHORT.idleMs });
    const { chunks, close } = await store.get(NAME);
    let sizeBytes = 0;
    // It may go on as slowly as that for days, but not for ever: each drop is a new chance, a connection has a second.
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (server.seen.length > 4) break;
    }
    close();
    t.true(sizeBytes < 1000);
  });

  test(`${kind}: a range of other bytes than those asked for`, async (t) => {
    let downloads = 0;
    const server = await start(
      t,
      afterLogin((request, response) => {
        if (request.method !== 'GET') {
          response.writeHead(200).end();
          return;
        }
        downloads += 1;
        const isFirst = downloads === 1;
        response.writeHead(isFirst ? 200 : 206, {
          etag: '"e"',
          'content-length': '1000',
          ...(isFirst ? {} : { 'content-range': 'bytes 0-999/1000' }),
        });
        response.write('a'.repeat(10));
        setTimeout(() => response.destroy(), 20);
      }),
    );
    await expectTrouble(t, readArchive(openAt(server.port, kind).store), 'foreign');
  });

  test(`${kind}: a stop ends the waiting at once`, async (t) => {
    const server = await start(t, () => {});
    const { store, stop } = openTestStore(`${kind}://bucket/`, {
      environment: {
        ST_AUTH: `http://127.0.0.1:${server.port}/`,
        ST_USER: 'u',
        ST_KEY: 'k',
        AWS_ACCESS_KEY_ID: 'k',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}`,
      },
    });
    const listing = store.list();
    setTimeout(() => stop.abort(new InterruptedError('SIGINT')), 50);
    await t.throwsAsync(listing, { instanceOf: InterruptedError });
  });
}

test('a list of unfinished uploads without end, and none in it', async (t) => {
  let page = 0;
  const server = await start(t, (request, response) => {
    if (!/[?&]uploads/.test(request.url ?? '')) {
      response.end('<ListBucketResult></ListBucketResult>');
      return;
    }
    page += 1;
    response.end(
      `<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>p/${page}</NextKeyMarker></ListMultipartUploadsResult>`,
    );
  });
  t.is(await openAt(server.port, 's3').store.removeLeftovers(), 0);
});

test('a store that says that all is well, and keeps nothing, is found out', async (t) => {
  const server = await start(
    t,
    afterLogin((request, response) => {
      if (request.method === 'PUT') response.writeHead(201).end();
      else if (/NAME|age/.test(request.url ?? '')) response.writeHead(404).end();
      else response.writeHead(200, { 'content-length': '0' }).end();
    }),
  );
  const { store } = openAt(server.port, 'swift');
  await expectTrouble(t, store.put(NAME, outgoing(Buffer.from('bytes'))), 'mismatch');
});

test('a token or an address of a storage that makes no sense is refused', async (t) => {
  for (const headers of [
    {},
    { 'x-auth-token': TOKEN },
    { 'x-auth-token': TOKEN, 'x-storage-url': 'file:///etc/passwd' },
    { 'x-auth-token': TOKEN, 'x-storage-url': 'http://u:p@host/' },
    { 'x-auth-token': 'a b', 'x-storage-url': 'http://host/' },
  ]) {
    const server = await start(t, (_, response) => void response.writeHead(200, headers).end());
    await expectTrouble(t, openAt(server.port, 'swift').store.list(), 'foreign');
  }
});

test('an address where no login answers is said to be the thing to check', async (t) => {
  for (const status of [300, 400, 404, 412]) {
    const script: Script = (_, response) => void response.writeHead(status).end();
    const server = await start(t, script);
    const list = openAt(server.port, 'swift').store.list();
    const error = await expectTrouble(t, list, 'foreign');
    t.regex(error.message, new RegExp(`it answered ${status} to the login`));
    t.regex(String(error.hint), /ST_AUTH/);
  }
});

test('an archive whose segment is gone says so, and where to look', async (t) => {
  const server = await start(
    t,
    afterLogin((_, response) => void response.writeHead(409).end()),
  );
  const error = await expectTrouble(t, openAt(server.port, 'swift').store.get(NAME), 'refused');
  t.regex(error.message, /a part of it is gone/);
  t.regex(String(error.hint), /remote verify/);
});

test('a bucket in another region is said to be there', async (t) => {
  const server = await start(t, (_, response) => {
    response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' }).end();
  });
  const error = await expectTrouble(t, openAt(server.port, 's3').store.list(), 'refused');
  t.is(error.hint, 'set AWS_REGION=eu-west-1');
});

for (const [code, trouble] of [
  ['SignatureDoesNotMatch', 'credentials'],
  ['ExpiredToken', 'credentials'],
  ['RequestTimeTooSkewed', 'credentials'],
  ['AccessDenied', 'permission'],
] as const) {
  test(`S3's ${code} is told as trouble with ${trouble}`, async (t) => {
    const server = await start(t, (_, response) => {
      response.writeHead(403).end(`<Error><Code>${code}</Code></Error>`);
    });
    await expectTrouble(t, openAt(server.port, 's3').store.list(), trouble);
    t.is(server.seen.length, 1);
  });
}
