// Random histories, remarks and removals, through the use cases themselves. What is left must be what a naive second
// implementation leaves, whole, and no byte more.
import * as fs from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { UsageError } from '../../src/errors.js';
import type { KeepRules } from '../../src/engine/keep/keep-rules.js';
import { treeDifferences } from '../support/files/directory-tree.js';
import { HookedFileSystem } from '../support/files/hooked-file-system.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { type RdbKey, writeRdb } from '../support/redis/data/rdb-writer.js';
import { incrementBytesOnDisk, storageFaults } from '../support/repository/stored-sizes.js';
import { lookNames } from '../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';
import {
  type NaiveDump,
  type NaiveRemoval,
  type NaiveSnapshot,
  naivelyAlarming,
  naivelyLeft,
} from './naive-removal.js';

/** Histories to try; more of them take longer. */
const RUNS = Number(process.env['HISTORIES'] ?? 6);

const DAY = 86_400;
const ZONES = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York'];
const FILES = ['one', 'two', 'folder/three', 'folder/deeper/four'];
const DUMP = 'dump.rdb';

/** Everything without the waiting for the disk. */
const quick = { fileSystem: new HookedFileSystem(() => {}, { sync: false }) };

type FileChange = {
  readonly name: string;
  readonly what: 'write' | 'edit' | 'grow' | 'remove' | 'describe';
  readonly seed: number;
};

type DumpChange =
  | { readonly what: 'as it is' | 'remove' | 'cut' | 'empty' }
  | { readonly what: 'save'; readonly keys: number; readonly seed: number };

interface Night {
  readonly gapSeconds: number;
  readonly files: readonly FileChange[];
  readonly dump: DumpChange;
}

/** Of a snapshot by its place among those that there are, from the newest on. */
interface Said {
  readonly what: 'pin' | 'unpin' | 'tag' | 'confirm';
  readonly back: number;
}

type Removal =
  | {
      readonly kind: 'rules';
      readonly rules: KeepRules;
      /** How many seconds before the newest; null for no limit. */
      readonly olderThan: number | null;
      readonly force: boolean;
    }
  | { readonly kind: 'named'; readonly backs: readonly number[]; readonly force: boolean };

interface Round {
  readonly nights: readonly Night[];
  readonly said: readonly Said[];
  readonly removal: Removal;
}

const SEED = fc.integer({ min: 0, max: 1e6 });

const FILE_CHANGE: fc.Arbitrary<FileChange> = fc.record({
  name: fc.constantFrom(...FILES),
  what: fc.constantFrom('write', 'edit', 'edit', 'edit', 'grow', 'remove', 'describe'),
  seed: SEED,
});

const DUMP_CHANGE: fc.Arbitrary<DumpChange> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      what: fc.constant('save' as const),
      keys: fc.integer({ min: 300, max: 500 }),
      seed: SEED,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('save' as const),
      keys: fc.constantFrom(0, 3, 140, 3000),
      seed: SEED,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom('as it is', 'as it is', 'as it is', 'remove', 'cut', 'empty'),
    }),
  },
);

const NIGHT: fc.Arbitrary<Night> = fc.record({
  gapSeconds: fc.oneof(
    fc.integer({ min: 1, max: 7200 }),
    fc.integer({ min: 1, max: 3 * DAY }),
    fc.integer({ min: 1, max: 60 * DAY }),
  ),
  files: fc.array(FILE_CHANGE, { maxLength: 4 }),
  dump: DUMP_CHANGE,
});

/** Alarms are confirmed often: otherwise hardly anything goes. */
const SAYING: fc.Arbitrary<Said['what']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('pin') },
  { weight: 1, arbitrary: fc.constant('unpin') },
  { weight: 2, arbitrary: fc.constant('tag') },
  { weight: 5, arbitrary: fc.constant('confirm') },
);

const SAID: fc.Arbitrary<Said> = fc.record({
  what: SAYING,
  back: fc.nat({ max: 9 }),
});

const COUNT = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });

const RULES: fc.Arbitrary<KeepRules> = fc.record({
  last: fc.option(fc.integer({ min: 0, max: 4 })),
  withinSeconds: fc.option(fc.integer({ min: 0, max: 60 * DAY })),
  buckets: fc
    .record({ hourly: COUNT, daily: COUNT, weekly: COUNT, monthly: COUNT, yearly: COUNT })
    .map((counts) =>
      Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)),
    ),
});

const REMOVAL: fc.Arbitrary<Removal> = fc.oneof(
  fc.record({
    kind: fc.constant('rules' as const),
    rules: RULES,
    olderThan: fc.option(fc.integer({ min: 0, max: 60 * DAY })),
    force: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('named' as const),
    backs: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5, size: 'max' }),
    force: fc.boolean(),
  }),
);

const ROUNDS: fc.Arbitrary<Round[]> = fc.array(
  fc.record({
    nights: fc.array(NIGHT, { minLength: 2, maxLength: 6, size: 'max' }),
    said: fc.array(SAID, { minLength: 1, maxLength: 8, size: 'max' }),
    removal: REMOVAL,
  }),
  { minLength: 2, maxLength: 4, size: 'max' },
);

/** A snapshot as the test itself knows it. */
interface Known {
  readonly id: number;
  readonly seconds: number;
  isPinned: boolean;
  isAlarming: boolean;
  readonly tags: Set<string>;
}

/** What has happened in all histories: a property that is never put to the test proves nothing. */
const tally = { removals: 0, refused: 0, removed: 0, heldByAlarm: 0, heldByPin: 0, confirmed: 0 };

class History {
  readonly sandbox: Sandbox;
  /** Oldest first. */
  snapshots: Known[] = [];
  readonly #t: ExecutionContext;
  #dump: NaiveDump | null = null;
  #lastDump: NaiveDump | null = null;
  #tags = 0;

  constructor(t: ExecutionContext, sandbox: Sandbox) {
    this.#t = t;
    this.sandbox = sandbox;
  }

  async backUp({ gapSeconds, files, dump }: Night): Promise<void> {
    const { sandbox } = this;
    for (const change of files) await this.#changeFile(change);
    await this.#changeDump(dump);
    const { snapshot, notes } = await sandbox.backup({
      afterSeconds: gapSeconds,
      context: quick,
    });
    const isAlarming = this.snapshots.length > 0 && naivelyAlarming(this.#lastDump, this.#dump);
    this.#lastDump = this.#dump;
    this.#t.is(notes.filter(({ kind }) => kind === 'alarm').length, isAlarming ? 1 : 0);
    const { id, time } = snapshot;
    const seconds = Date.parse(time) / 1000;
    this.snapshots.push({ id, seconds, isPinned: false, isAlarming, tags: new Set() });
  }

  async #changeFile({ name, what, seed }: FileChange): Promise<void> {
    const { sandbox } = this;
    const random = new SeededRandom(seed);
    const file = sandbox.inSource(name);
    const old = await fs.readFile(file).catch(() => null);
    if (what === 'write' || old === null) {
      // Some contents come back, and some files share one.
      const content = new SeededRandom(random.below(12)).bytes(20_000);
      return sandbox.write(name, content);
    }
    if (what === 'remove') return sandbox.remove(name);
    if (what === 'grow') return sandbox.append(name, random.bytes(700));
    if (what === 'describe') {
      await fs.chmod(file, 0o600 | random.below(0o100));
      return fs.utimes(file, random.below(2 ** 30), random.below(2 ** 30));
    }
    random.bytes(200).copy(old, random.below(Math.max(1, old.length - 200)));
    return sandbox.write(name, old);
  }

  async #changeDump(change: DumpChange): Promise<void> {
    const { sandbox } = this;
    if (change.what === 'save') {
      const content = dumpOf(change.keys, change.seed);
      this.#dump = { bytes: content.length, keys: change.keys };
      return sandbox.write(DUMP, content);
    }
    if (change.what === 'empty') {
      this.#dump = { bytes: 0, keys: null };
      return sandbox.write(DUMP, '');
    }
    if (this.#dump === null || change.what === 'as it is') return;
    if (change.what === 'remove') {
      this.#dump = null;
      return sandbox.remove(DUMP);
    }
    const content = await fs.readFile(sandbox.inSource(DUMP));
    // An end that is missing is missed, too, where there was none before.
    const cut = content.subarray(0, Math.max(0, content.length - 20));
    this.#dump = { bytes: cut.length, keys: null };
    return sandbox.write(DUMP, cut);
  }

  async say({ what, back }: Said): Promise<void> {
    const { sandbox } = this;
    if (what === 'confirm') {
      const alarming = this.snapshots.filter(({ isAlarming }) => isAlarming);
      const snapshot = alarming.at(-1 - (back % Math.max(1, alarming.length)));
      if (snapshot === undefined) return;
      await sandbox.remark(snapshot.id, { kind: 'confirm' });
      snapshot.isAlarming = false;
      tally.confirmed += 1;
      return;
    }
    const snapshot = this.#atBack(back);
    if (what === 'tag') {
      const name = `name-${(this.#tags += 1) % 4}`;
      await sandbox.remark(snapshot.id, { kind: 'tag', name });
      snapshot.tags.add(name);
      return;
    }
    await sandbox.remark(
      snapshot.id,
      what === 'pin' ? { kind: 'pin', note: 'a note' } : { kind: 'unpin' },
    );
    snapshot.isPinned = what === 'pin';
  }

  async thin(removal: Removal): Promise<void> {
    const [t, { sandbox, snapshots }] = [this.#t, this];
    const newest = snapshots.at(-1) as Known;
    const ids =
      removal.kind === 'named'
        ? [...new Set(removal.backs.map((back) => this.#atBack(back).id))]
        : [];
    const named = ids.filter((id) => id !== newest.id);
    if (removal.kind === 'named' && named.length === 0) return;
    const beforeSeconds =
      removal.kind === 'rules' && removal.olderThan !== null
        ? newest.seconds - removal.olderThan
        : null;
    const { force } = removal;
    const naive: NaiveRemoval =
      removal.kind === 'named'
        ? { kind: 'named', ids: named, force }
        : { kind: 'rules', rules: removal.rules, beforeSeconds, force };
    const options = {
      ...(removal.kind === 'named'
        ? { ids: named }
        : {
            rules: removal.rules,
            ...(beforeSeconds === null ? {} : { olderThan: String(beforeSeconds) }),
          }),
      force,
      context: quick,
    };
    const left = naivelyLeft(snapshots, naive);
    tally.removals += 1;
    if (left === null) {
      tally.refused += 1;
      await t.throwsAsync(sandbox.thin(options), { instanceOf: UsageError });
      await this.isWhole();
      return;
    }
    this.#count(naive, left);
    const before = incrementBytesOnDisk(sandbox.repository);
    const dry = await sandbox.thin({ ...options, dryRun: true });
    t.is(incrementBytesOnDisk(sandbox.repository), before);
    const real = await sandbox.thin(options);
    t.deepEqual(real.snapshots, dry.snapshots);
    t.deepEqual(
      real.snapshots.filter(({ goes }) => !goes).map(({ id }) => id),
      left,
    );
    const isAlarming = sandbox.list().some(({ alarm }) => alarm?.confirmedAt === null);
    t.deepEqual(lookNames(real.notes), isAlarming ? ['alarm -'] : []);
    t.is(real.freedBytes, before - incrementBytesOnDisk(sandbox.repository));
    this.snapshots = snapshots.filter(({ id }) => left.includes(id));
    await this.isWhole();
  }

  #count(removal: NaiveRemoval, left: readonly number[]): void {
    const without = (change: Partial<NaiveSnapshot>): number =>
      naivelyLeft(
        this.snapshots.map((snapshot) => ({ ...snapshot, ...change })),
        { ...removal, force: true },
      )?.length ?? 0;
    tally.removed += this.snapshots.length - left.length;
    tally.heldByAlarm += left.length - without({ isAlarming: false });
    tally.heldByPin += left.length - without({ isPinned: false });
  }

  /** All that is there is as it was, and nothing else is there. */
  async isWhole(): Promise<void> {
    const [t, { sandbox, snapshots }] = [this.#t, this];
    t.deepEqual(
      sandbox.list().map(({ id }) => id),
      snapshots.map(({ id }) => id),
    );
    for (const { id } of snapshots) {
      const tree = await sandbox.restoredTree({ time: `#${id}`, context: quick });
      t.deepEqual(treeDifferences(sandbox.snapshot(id).tree, tree), [], `snapshot ${id}`);
    }
    for (const name of new Set(snapshots.flatMap(({ tags }) => [...tags]))) {
      const { id } = snapshots.findLast(({ tags }) => tags.has(name)) as Known;
      const tree = await sandbox.restoredTree({ time: `tag:${name}`, context: quick });
      t.deepEqual(treeDifferences(sandbox.snapshot(id).tree, tree), [], `tag ${name}`);
    }
    const { problems, notes } = await sandbox.verify({ context: quick });
    t.deepEqual(problems, []);
    // A dump that was cut is kept, and told of.
    t.deepEqual(
      lookNames(notes).filter((name) => !name.startsWith('would-not-load')),
      [],
    );
    t.deepEqual(storageFaults(sandbox.repository), []);
    const { increments, incrementBytes } = sandbox.info();
    t.is(incrementBytes, incrementBytesOnDisk(sandbox.repository));
    t.is((await fs.readdir(sandbox.data('increments'))).length, increments);
  }

  #atBack(back: number): Known {
    return this.snapshots.at(-1 - (back % this.snapshots.length)) as Known;
  }
}

function dumpOf(count: number, seed: number): Buffer {
  return writeRdb(
    Array.from({ length: count }, (_, index): RdbKey => ({
      database: 0,
      key: `key ${index}`,
      value: { type: 'string', text: `${index % 40 === seed % 40 ? seed : 0}:${index}` },
    })),
  );
}

const plainNight: Night = {
  gapSeconds: DAY,
  files: [{ name: 'one', what: 'edit', seed: 1 }],
  dump: { what: 'save', keys: 400, seed: 1 },
};

const LAST: Removal = {
  kind: 'rules',
  rules: { last: 1, buckets: {}, withinSeconds: null },
  olderThan: null,
  force: true,
};

/** A pin holds a snapshot, then an alarm holds several, then it is confirmed. */
const HELD: Round[] = [
  {
    nights: [plainNight, plainNight, plainNight],
    said: [{ what: 'pin', back: 1 }],
    removal: LAST,
  },
  {
    nights: [plainNight, { ...plainNight, dump: { what: 'remove' } }, plainNight],
    said: [],
    removal: LAST,
  },
  { nights: [plainNight], said: [{ what: 'confirm', back: 0 }], removal: LAST },
];

test('removals leave in random histories what a naive removal leaves, whole, and no byte more', async (t) => {
  t.timeout(1_200_000);
  await fc.assert(
    fc.asyncProperty(ROUNDS, fc.constantFrom(...ZONES), async (rounds, zone) => {
      // The file has a process of its own.
      process.env['TZ'] = zone;
      const sandbox = await createSandbox(t, { records: true, examines: true });
      await sandbox.write('always', 'there');
      const history = new History(t, sandbox);
      for (const { nights, said, removal } of rounds) {
        for (const night of nights) await history.backUp(night);
        for (const remark of said) await history.say(remark);
        await history.thin(removal);
      }
      await fs.rm(sandbox.root, { recursive: true });
    }),
    { numRuns: RUNS, examples: [[HELD, 'UTC']] },
  );
  t.log(tally);
  t.true(tally.removed > RUNS && tally.removals > RUNS);
  t.true(tally.heldByAlarm > 0 && tally.heldByPin > 0 && tally.confirmed > 0);
});
