// A watch of a directory without a server: what leads to a snapshot and what does not, and how it ends.
// Files are put in place as Redis does it; nothing here measures a time.
import { appendFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import { backup } from '../../../src/engine/backup/backup.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import type { WatchEvent } from '../../../src/engine/watch/watch-events.js';
import { watch } from '../../../src/engine/watch/watch.js';
import {
  InterruptedError,
  NewerFormatError,
  NoRepositoryError,
  SourceChangedError,
  SourceMissingError,
} from '../../../src/errors.js';
import { lockPath } from '../../../src/repository/layout.js';
import { createCheckpoint } from '../../../src/system/time/checkpoint.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

type EventOf<Name> = Extract<WatchEvent, { event: Name }>;

class Watching {
  readonly events: WatchEvent[] = [];
  readonly stopping = new AbortController();
  readonly ended: Promise<void>;
  readonly #t: ExecutionContext;
  #from = 0;

  constructor(t: ExecutionContext, sandbox: Sandbox, changes: Partial<RunContext> = {}) {
    this.#t = t;
    const context: RunContext = {
      ...sandbox.context,
      stopping: this.stopping.signal,
      checkpoint: createCheckpoint(this.stopping.signal),
      ...changes,
    };
    const pace = { debounceMs: 50, minIntervalMs: 0 };
    const request = {
      backup: { ...sandbox.backupRequest(), create: false },
      pace,
      takeSnapshot: backup,
    };
    this.ended = watch(request, context, (event) => this.events.push(event));
    // What it ends with is looked at when the test does.
    this.ended.catch(() => {});
    t.teardown(async () => {
      this.stopping.abort(new InterruptedError('SIGTERM'));
      await this.ended.catch(() => {});
    });
  }

  /** The next event, which must be of this kind. */
  async next<Name extends WatchEvent['event']>(name: Name): Promise<EventOf<Name>> {
    while (this.events[this.#from] === undefined) {
      // An end that is a failure is one here too.
      if (await Promise.race([this.ended.then(() => true), delay(10, false)])) break;
    }
    const event = this.events[this.#from];
    this.#t.is(event?.event, name, JSON.stringify(this.events));
    this.#from += 1;
    return event as EventOf<Name>;
  }

  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM'): Promise<EventOf<'stopping'>> {
    this.stopping.abort(new InterruptedError(signal));
    await this.ended;
    const event = await this.next('stopping');
    this.#t.is(this.events.length, this.#from, 'and nothing after it');
    return event;
  }
}

async function save(sandbox: Sandbox, content: string, name = 'dump.rdb'): Promise<void> {
  const file = sandbox.inSource(name);
  await writeFile(`${path.dirname(file)}/temp-1.rdb`, content);
  await rename(`${path.dirname(file)}/temp-1.rdb`, file);
}

async function backedUp(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await save(sandbox, 'first');
  await sandbox.backup();
  return sandbox;
}

test('a save leads to a snapshot, and no other change does', async (t) => {
  const sandbox = await backedUp(t);
  const watching = new Watching(t, sandbox);
  const { source, repository, server } = await watching.next('watching');
  t.deepEqual([source, repository, server], [sandbox.source, sandbox.repository, null]);
  await sandbox.write('temp-2.rdb', 'half');
  await sandbox.write('nodes.conf', 'other');
  await save(sandbox, 'second');
  t.deepEqual((await watching.next('save')).saves, ['dump.rdb']);
  const { report, saves } = await watching.next('snapshot');
  t.deepEqual([report.snapshot.id, saves], [2, ['dump.rdb']]);
  t.is(await sandbox.read('dump.rdb'), 'second');
  const { signal, discarded } = await watching.stop();
  t.deepEqual([signal, discarded], ['SIGTERM', false]);
});

test('the growth of an AOF is no save, its new base is', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('aofs/a.1.base', 'base');
  await sandbox.write('aofs/a.1.incr', 'incr');
  await sandbox.write(
    'aofs/a.manifest',
    'file a.1.base seq 1 type b\nfile a.1.incr seq 1 type i\n',
  );
  await sandbox.backup();
  const watching = new Watching(t, sandbox);
  await watching.next('watching');
  await appendFile(sandbox.inSource('aofs/a.1.incr'), 'more');
  await sandbox.write('aofs/a.2.base', 'next');
  await sandbox.write(
    'aofs/a.manifest',
    'file a.2.base seq 2 type b\nfile a.1.incr seq 1 type i\n',
  );
  t.deepEqual((await watching.next('save')).saves, ['aofs/a.2.base']);
  await watching.next('snapshot');
  await watching.stop('SIGINT');
});

test('a save from before the start is taken at the start, once', async (t) => {
  const sandbox = await backedUp(t);
  await save(sandbox, 'second');
  const first = new Watching(t, sandbox);
  await first.next('watching');
  t.is((await first.next('snapshot')).report.snapshot.id, 2);
  await first.stop();
  const second = new Watching(t, sandbox);
  await second.next('watching');
  await save(sandbox, 'third');
  await second.next('save');
  t.is((await second.next('snapshot')).report.snapshot.id, 3);
  await second.stop();
});

test('saves during a snapshot lead to exactly one more snapshot', async (t) => {
  const sandbox = await backedUp(t);
  let count = 0;
  const context = {
    onProgress: () => {
      // While the first one reads what was saved, others are saved on top.
      count += 1;
      if (count === 1) void save(sandbox, 'late'.repeat(1000));
    },
  };
  const watching = new Watching(t, sandbox, context);
  await watching.next('watching');
  await save(sandbox, 'second');
  await watching.next('save');
  await watching.next('snapshot');
  await watching.next('save');
  await watching.next('snapshot');
  t.is(await sandbox.read('dump.rdb'), 'late'.repeat(1000));
  await watching.stop();
  t.is(sandbox.list().length, 3);
});

test('a save that another backup has taken is not taken again', async (t) => {
  const sandbox = await backedUp(t);
  const lock = WriteLock.tryAcquire(lockPath(sandbox.repositoryPath));
  const watching = new Watching(t, sandbox);
  await watching.next('watching');
  await save(sandbox, 'second');
  await watching.next('save');
  const { error } = await watching.next('failed');
  t.is(error.code, 'LOCKED');
  lock?.release();
  await sandbox.backup();
  t.deepEqual((await watching.next('taken')).saves, ['dump.rdb']);
  await save(sandbox, 'third');
  await watching.next('save');
  t.is((await watching.next('snapshot')).report.snapshot.id, 3);
  await watching.stop();
});

test('SOURCE may go and come back, with another dump or the same', async (t) => {
  const sandbox = await backedUp(t);
  const watching = new Watching(t, sandbox);
  await watching.next('watching');
  const away = `${sandbox.source}-away`;
  for (const content of [null, 'second']) {
    await rename(sandbox.source, away);
    t.regex((await watching.next('away')).error.message, /is gone$/);
    if (content !== null) await writeFile(path.join(away, 'dump.rdb'), content);
    await rename(away, sandbox.source);
    await watching.next('back');
  }
  await watching.next('save');
  await watching.next('snapshot');
  await save(sandbox, 'third');
  await watching.next('save');
  await watching.next('snapshot');
  await watching.stop();
  t.is(sandbox.list().length, 3);
});

test('a missing repository is not created again, and the save is taken when the repository is back', async (t) => {
  const sandbox = await backedUp(t);
  const watching = new Watching(t, sandbox);
  await watching.next('watching');
  const away = `${sandbox.repository}-away`;
  await rename(sandbox.repository, away);
  await save(sandbox, 'second');
  await watching.next('save');
  const { error } = await watching.next('failed');
  t.deepEqual([error.code, error.hint], ['NO_REPOSITORY', 'check that its disk is mounted']);
  t.false(isThere(sandbox.at('repository')), 'repository');
  await rename(away, sandbox.repository);
  t.is((await watching.next('snapshot')).report.snapshot.id, 2);
  await watching.stop();
});

test('a watch that is asked to end during a snapshot takes the snapshot back, and the next watch takes the save', async (t) => {
  const sandbox = await backedUp(t);
  const stopping = new AbortController();
  const fileSystem = new HookedFileSystem(({ operation, path: at }) => {
    if (operation === 'sync' && at.includes('staging')) {
      stopping.abort(new InterruptedError('SIGTERM'));
    }
  });
  const context = {
    fileSystem,
    stopping: stopping.signal,
    checkpoint: createCheckpoint(stopping.signal),
  };
  const watching = new Watching(t, sandbox, context);
  await watching.next('watching');
  await save(sandbox, 'second');
  await watching.next('save');
  t.true((await watching.next('stopping')).discarded);
  await watching.ended;
  t.is(sandbox.list().length, 1);
  t.deepEqual(await readdir(sandbox.data('staging/new')), []);
  t.deepEqual((await sandbox.verify()).problems, []);
  const next = new Watching(t, sandbox);
  await next.next('watching');
  await next.next('snapshot');
  await next.stop();
});

test('a failure that retries cannot cure ends the watch at the start', async (t) => {
  const sandbox = await createSandbox(t);
  await save(sandbox, 'first');
  await t.throwsAsync(new Watching(t, sandbox).ended, { instanceOf: NoRepositoryError });
  await sandbox.backup();
  const other = { ...sandbox.context, hostName: 'other' };
  const error = await t.throwsAsync(new Watching(t, sandbox, other).ended, {
    instanceOf: SourceChangedError,
  });
  t.regex(error?.hint ?? '', /by hand with 'redis-rewind backup --force'/);
  await rename(sandbox.source, `${sandbox.source}-away`);
  await t.throwsAsync(new Watching(t, sandbox).ended, { instanceOf: SourceMissingError });
});

test('a repository that changes to a newer format ends the watch', async (t) => {
  const sandbox = await backedUp(t);
  const watching = new Watching(t, sandbox);
  await watching.next('watching');
  const { default: Database } = await import('better-sqlite3');
  const catalog = new Database(sandbox.data('catalog.sqlite3'));
  catalog.exec('CREATE TABLE of_later (id INTEGER) STRICT');
  catalog.pragma('user_version = 99');
  catalog.close();
  await save(sandbox, 'second');
  await t.throwsAsync(watching.ended, { instanceOf: NewerFormatError });
  t.deepEqual(
    watching.events.map(({ event }) => event),
    ['watching', 'save'],
  );
});
