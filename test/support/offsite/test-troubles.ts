// Whatever happens at one request of an export or a restore, the archive gets there whole, and nothing else is left.
import type { TestFn } from 'ava';
import { RemoteStoreError } from '../../../src/errors.js';
import { randomBuffer } from './random-buffer.js';
import { NAME, type TestStore, openTestStore, outgoing, readArchive } from './test-store.js';
import { type Trouble, TroubledProxy } from './troubled-proxy.js';

export interface RemoteKind {
  readonly target: (place: string) => string;
  /** The variables for a store that is reached through this port. */
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** Of the store itself. */
  readonly port: () => number;
  readonly everything: (place: string) => Promise<readonly string[]>;
  readonly segmentBytes: number;
  /** What is tried at each request, at one attempt after the other. */
  readonly sequences: readonly (readonly Trouble[])[];
}

export const STATUSES: readonly Trouble[] = [
  { kind: 'status', status: 408 },
  { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
];
export const CUTS: readonly Trouble[] = [{ kind: 'cut before' }, { kind: 'cut after' }];

/** Where it means that a new token is wanted. */
export const UNAUTHORIZED: readonly Trouble[] = [{ kind: 'status', status: 401 }];

export function openThrough(kind: RemoteKind, place: string, port: number): TestStore {
  return openTestStore(kind.target(place), {
    environment: kind.environment(port),
    options: { segmentBytes: kind.segmentBytes },
    context: { mostAttempts: 6 },
  });
}

/** What is done with an archive: it is sent, listed, checked, read and removed. */
async function useStore({ store }: TestStore, bytes: Buffer): Promise<readonly string[]> {
  const faults: string[] = [];
  await store.put(NAME, outgoing(bytes));
  const listed = await store.list();
  if (listed.length !== 1 || listed[0]?.headers?.sha256 === null) faults.push('not listed');
  if (!(await readArchive(store)).equals(bytes)) faults.push('read otherwise');
  faults.push(...(await store.checkStored(NAME)));
  if ((await store.removeLeftovers()) !== 0) faults.push('leftovers');
  await store.remove(NAME);
  return faults;
}

export function testTroubles(test: TestFn, title: string, kind: RemoteKind): void {
  const bytes = randomBuffer(kind.segmentBytes + 200_000, 3);

  test(`${title}: an archive survives every kind of trouble at every request`, async (t) => {
    const proxy = await TroubledProxy.start(kind.port());
    t.teardown(() => proxy.stop());
    proxy.trouble(() => null);
    // The first time containers are made, too.
    await useStore(openThrough(kind, 'first', proxy.port), bytes);
    proxy.trouble(() => null);
    t.deepEqual(await useStore(openThrough(kind, 'clean', proxy.port), bytes), []);
    const count = proxy.seen.length;
    t.log(`${count} requests: ${proxy.seen.map(({ method }) => method).join(' ')}`);
    t.true(count > 12);
    for (const [index, sequence] of kind.sequences.entries()) {
      for (let first = 1; first <= count; first += 1) {
        const place = `trouble-${index}-${first}`;
        proxy.trouble(({ number, path }) => {
          const trouble = sequence[number - first] ?? null;
          // A wrong password is no trouble that passes.
          return trouble === UNAUTHORIZED[0] && path.startsWith('/auth/') ? null : trouble;
        });
        const opened = openThrough(kind, place, proxy.port);
        t.deepEqual(await useStore(opened, bytes), [], `${place}: ${JSON.stringify(proxy.seen)}`);
        t.deepEqual(await kind.everything(place), [], place);
        if (sequence === STATUSES)
          t.true(opened.pausesMs.includes(7000), `${place}: ${JSON.stringify(proxy.seen)}`);
      }
    }
  });

  test(`${title}: a download goes on after each cut, from the byte that is needed`, async (t) => {
    const proxy = await TroubledProxy.start(kind.port());
    t.teardown(() => proxy.stop());
    const { store } = openThrough(kind, 'cut', proxy.port);
    await store.put(NAME, outgoing(bytes));
    let downloads = 0;
    proxy.trouble(({ method, path }) => {
      if (method !== 'GET' || !path.includes(NAME) || path.includes('sha256')) return null;
      downloads += 1;
      return downloads > 6 ? null : { kind: 'cut midway', afterBytes: 100_000 };
    });
    t.true((await readArchive(store)).equals(bytes));
    t.is(downloads, 7);
  });

  test(`${title}: a byte that changes on the way is noticed by the store, and sent again`, async (t) => {
    const proxy = await TroubledProxy.start(kind.port());
    t.teardown(() => proxy.stop());
    const { store } = openThrough(kind, 'flipped', proxy.port);
    let flips = 0;
    let most = 1;
    proxy.trouble(({ method, path }) => {
      const isSegment = method === 'PUT' && /partNumber|_segments\/.+\/0000/.test(path);
      if (!isSegment || flips >= most) return null;
      flips += 1;
      return { kind: 'flip' };
    });
    await store.put(NAME, outgoing(bytes));
    t.is(flips, 1);
    t.true((await readArchive(store)).equals(bytes));
    await store.remove(NAME);
    most = 100;
    const error = await t.throwsAsync(store.put(NAME, outgoing(bytes)), {
      instanceOf: RemoteStoreError,
    });
    t.is(error.trouble, 'mismatch');
    t.deepEqual(await kind.everything('flipped'), []);
  });

  test(`${title}: an archive that is replaced while it is read is noticed`, async (t) => {
    const proxy = await TroubledProxy.start(kind.port());
    t.teardown(() => proxy.stop());
    const { store } = openThrough(kind, 'changed', proxy.port);
    const direct = openThrough(kind, 'changed', kind.port());
    await store.put(NAME, outgoing(bytes));
    let downloads = 0;
    proxy.trouble(async ({ method, path }) => {
      if (method !== 'GET' || !path.includes(NAME) || path.includes('sha256')) return null;
      downloads += 1;
      if (downloads === 1) return { kind: 'cut midway', afterBytes: 100_000 };
      await direct.store.put(NAME, outgoing(bytes.subarray(1), { mayReplace: true }));
      return null;
    });
    const error = await t.throwsAsync(readArchive(store), { instanceOf: RemoteStoreError });
    t.is(error.trouble, 'changed');
    t.is(error.exitCode, 31);
  });

  test(`${title}: a store that stays in trouble ends the export, and nothing is left`, async (t) => {
    const proxy = await TroubledProxy.start(kind.port());
    t.teardown(() => proxy.stop());
    let isBroken = false;
    proxy.trouble(({ method, path }) => {
      isBroken ||= method === 'PUT' && /part|00000002/i.test(path);
      return isBroken && method === 'PUT' ? { kind: 'status', status: 503 } : null;
    });
    const opened = openThrough(kind, 'broken', proxy.port);
    const error = await t.throwsAsync(opened.store.put(NAME, outgoing(bytes)), {
      instanceOf: RemoteStoreError,
    });
    t.is(error.trouble, 'busy');
    t.is(opened.pausesMs.length, 5);
    t.regex(error.message, /503 \(tried 6 times\)/);
    t.deepEqual(await kind.everything('broken'), []);
  });
}
