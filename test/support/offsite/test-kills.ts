// An export that is killed with SIGKILL at each of its requests, and the next one.
import type { TestFn } from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { randomBuffer } from './random-buffer.js';
import { NAME, outgoing, readArchive } from './test-store.js';
import { type RemoteKind, openThrough } from './test-troubles.js';
import { type Trouble, TroubledProxy } from './troubled-proxy.js';

const CHILD = fileURLToPath(new URL('put-archive.js', import.meta.url));

export function testKills(test: TestFn, title: string, kind: RemoteKind): void {
  const sizeBytes = kind.segmentBytes + 100_000;
  const bytes = randomBuffer(sizeBytes, 5);

  test(`${title}: an export that is killed at any request leaves nothing half, and the next one leaves nothing else`, async (t) => {
    const proxy = await TroubledProxy.start(kind.port());
    t.teardown(() => proxy.stop());
    proxy.trouble(() => null);
    const clean = openThrough(kind, 'unkilled', proxy.port).store;
    await clean.put(NAME, outgoing(bytes));
    const count = proxy.seen.length;
    const whole = (await kind.everything('unkilled')).length;
    let finished = 0;
    // The kill comes before the store hears of the request, or when it has done it and nobody hears of that.
    for (const moment of ['cut before', 'cut after'] as const) {
      for (let at = 1; at <= count; at += 1) {
        const place = `killed-${moment.slice(4)}-${at}`;
        const child = spawn(process.execPath, [CHILD], {
          stdio: 'ignore',
          env: {
            ...process.env,
            ...kind.environment(proxy.port),
            TEST_TARGET: kind.target(place),
            TEST_BYTES: String(sizeBytes),
            TEST_SEGMENT_BYTES: String(kind.segmentBytes),
          },
        });
        const gone = once(child, 'exit');
        let isKilled = false;
        proxy.trouble(({ number }): Trouble | null => {
          if (number < at) return null;
          if (moment === 'cut before' || number > at) {
            isKilled = child.kill('SIGKILL') || isKilled;
            return { kind: 'cut before' };
          }
          return { kind: moment };
        });
        await gone;
        // The last request: the child has ended by itself, its archive is there.
        const next = openThrough(kind, place, kind.port()).store;
        const listed = await next.list().catch(() => []);
        if (listed.length > 0) {
          finished += 1;
          t.true((await readArchive(next)).equals(bytes), place);
          await next.remove(NAME);
        } else {
          await t.throwsAsync(readArchive(next), undefined, place);
        }
        await next.put(NAME, outgoing(bytes));
        t.true((await readArchive(next)).equals(bytes), place);
        t.deepEqual(await next.checkStored(NAME), []);
        t.is((await kind.everything(place)).length, whole, place);
      }
    }
    t.log(`${count} requests, killed before and after each; ${finished} archives were finished`);
    t.true(finished >= 2);
  });
}
