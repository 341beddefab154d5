// One flipped bit in the catalog, and what every command makes of it. Either a verification finds the flip,
// and then each command is right or refuses. Or the flip changes nothing, and then each command is right.
import * as fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { listChangedSince, listFiles, listSnapshots } from '../../../../src/engine/inspect/list.js';
import type { Note } from '../../../../src/engine/run/notes.js';
import { EXIT, RewindError } from '../../../../src/errors.js';
import { treeDifferences } from '../../files/directory-tree.js';
import { catalogFile } from '../../repository/edit-catalog.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import type { FlipTask } from './flip-task.js';
import { type FlipWorld, copyOfWorld, resetRepository } from './flip-world.js';

/** What a command ended in: its exit code, and its answer where the command has done its work. */
export interface Ending {
  readonly code: number | string;
  readonly answer: unknown;
}

type Endings = Readonly<Record<string, Ending>>;

export class FlipTrial {
  readonly #world: FlipWorld;
  /** Only the catalog of this one is ever written. */
  readonly #read: Sandbox;
  readonly #written: Sandbox;
  readonly #catalog: Buffer;
  readonly #sound: Endings;
  readonly #rows: string;

  private constructor(world: FlipWorld, read: Sandbox, written: Sandbox, sound: Endings) {
    this.#world = world;
    this.#read = read;
    this.#written = written;
    this.#catalog = fs.readFileSync(worldCatalog(world));
    this.#sound = sound;
    this.#rows = allRows(this.#catalog);
  }

  /** @param folder an empty one of this trial's own */
  static async prepare(world: FlipWorld, folder: string): Promise<FlipTrial> {
    const read = await copyOfWorld(world, path.join(folder, 'read'));
    const written = await copyOfWorld(world, path.join(folder, 'written'));
    removeCopies(read);
    const sound = {
      ...(await endings(commandsOf(world, read))),
      backup: await backUp(world, written),
      remove: await removeFrom(world, reset(world, written)),
    };
    const bad = Object.entries(sound).filter(([, { code }]) => !isSuccess(code));
    if (bad.length > 0) throw new Error(`the sound repository: ${JSON.stringify(bad)}`);
    return new FlipTrial(world, read, written, sound);
  }

  /** @returns what is wrong, one line each; empty where all is well */
  async tryFlip({ bit, turn, repairs }: FlipTask): Promise<string[]> {
    const flipped = flip(this.#catalog, bit);
    const ended = await this.#run(flipped, this.#namesAt(turn));
    const isFound = ended['verify']?.code === EXIT.corrupt;
    const wrong = Object.entries(ended).flatMap(([name, ending]) => {
      if (isDeepStrictEqual(ending, this.#sound[name])) return [];
      if (isFound && isRefusal(name, ending)) return [];
      return [`${name}: ${describe(ending)}${isFound ? '' : ', and verify finds nothing'}`];
    });
    if (!isFound && allRows(flipped) !== this.#rows) wrong.push('verify finds nothing');
    if (isFound && repairs) wrong.push(...(await this.#repair(flipped)));
    return wrong;
  }

  #namesAt(turn: number | null): readonly string[] {
    const names = Object.keys(this.#sound).filter((name) => name !== 'verify');
    return turn === null ? names : names.filter((_, index) => index === turn % names.length);
  }

  /** Verifying comes last: it writes its result into the catalog. */
  async #run(flipped: Buffer, names: readonly string[]): Promise<Record<string, Ending>> {
    this.#place(this.#read, flipped);
    const commands = commandsOf(this.#world, this.#read);
    const ended: Record<string, Ending> = {};
    for (const name of [...names, 'verify']) {
      const command = commands[name];
      if (command !== undefined) ended[name] = await end(command);
    }
    for (const [name, run] of Object.entries(WRITERS)) {
      if (!names.includes(name)) continue;
      this.#place(reset(this.#world, this.#written), flipped);
      ended[name] = await run(this.#world, this.#written);
    }
    return ended;
  }

  async #repair(flipped: Buffer): Promise<string[]> {
    this.#place(reset(this.#world, this.#written), flipped);
    const repaired = await end(async () => {
      const { problems, repairs } = await this.#written.repair();
      return { problems, isSaid: repairs.length > 0 };
    });
    const expected = { code: EXIT.done, answer: { problems: [], isSaid: true } };
    if (!isDeepStrictEqual(repaired, expected)) return [`repair: ${describe(repaired)}`];
    const after = await endings(commandsOf(this.#world, this.#written));
    // It counts the bytes of the copies, which the sound repository here does not have.
    delete after['info'];
    return Object.entries(after).flatMap(([name, ending]) =>
      isDeepStrictEqual(ending, this.#sound[name])
        ? []
        : [`${name} after a repair: ${describe(ending)}`],
    );
  }

  #place({ repository, context }: Sandbox, catalog: Buffer): void {
    fs.rmSync(`${catalogFile(repository)}-journal`, { force: true });
    fs.writeFileSync(catalogFile(repository), catalog);
    context.setTime(this.#world.nowMs);
  }
}

export function worldCatalog({ root }: FlipWorld): string {
  return catalogFile(path.join(root, 'repository'));
}

/** @param bit counted from the first bit of the first byte */
export function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
}

type Commands = Readonly<Record<string, () => object | Promise<object>>>;

/** Those that only read. Verifying comes last: it writes its result into the catalog. */
function commandsOf(world: FlipWorld, sandbox: Sandbox): Commands {
  const { context, repositoryPath: repository } = sandbox;
  const restores = world.snapshots.toReversed().map(({ tree }, index) => [
    `restore ${index}B`,
    async () => ({
      differences: treeDifferences(tree, await sandbox.restoredTree({ time: `${index}B` })),
    }),
  ]);
  return {
    list: () => listSnapshots({ repository }, context),
    info: () => sandbox.info(),
    changes: () => listChangedSince({ repository, time: '1B' }, context),
    files: () => listFiles({ repository, time: '1B' }, context),
    ...(Object.fromEntries(restores) as Commands),
    'restore now': async () => sandbox.restoredTree(),
    verify: async () => ({ problems: (await sandbox.verify()).problems }),
  };
}

async function endings(commands: Commands): Promise<Record<string, Ending>> {
  const ended: Record<string, Ending> = {};
  for (const [name, command] of Object.entries(commands)) ended[name] = await end(command);
  return ended;
}

/** So that a verification finds the flip in the catalog alone. */
function removeCopies({ repository }: Sandbox): void {
  const data = path.dirname(catalogFile(repository));
  for (const name of fs.readdirSync(data)) {
    if (name.endsWith('.zst')) fs.rmSync(path.join(data, name));
  }
}

/** A backup that succeeds has taken SOURCE as it is, as a snapshot of its own. */
async function backUp(world: FlipWorld, sandbox: Sandbox): Promise<Ending> {
  return end(async () => {
    const { snapshot, notes } = await sandbox.backup({
      afterSeconds: 0,
      source: path.join(world.root, 'source'),
    });
    const differences = treeDifferences(world.source, await sandbox.restoredTree());
    const last = world.snapshots.at(-1)?.id ?? 0;
    return { notes, differences, isNew: snapshot.id === last + 1, listed: sandbox.list().length };
  });
}

/** A removal takes what the rules name, and neither what is pinned nor what came before an alarm. */
async function removeFrom(world: FlipWorld, sandbox: Sandbox): Promise<Ending> {
  return end(async () => {
    const { snapshots, notes } = await sandbox.thin({ rules: { last: 1 } });
    const decided = snapshots.map(({ id, reasons }) => [id, reasons.map(({ kind }) => kind)]);
    const listed = sandbox.list().map(({ id }) => id);
    const trees = world.snapshots.filter(({ id }) => listed.includes(id));
    const differences = [];
    for (const { id, tree } of trees) {
      differences.push(treeDifferences(tree, await sandbox.restoredTree({ time: `#${id}` })));
    }
    return { decided, listed, said: notes.map(({ kind }) => kind), differences };
  });
}

const WRITERS = { backup: backUp, remove: removeFrom } as const;

function reset(world: FlipWorld, sandbox: Sandbox): Sandbox {
  resetRepository(world, sandbox);
  return sandbox;
}

/** SQLite itself refuses to write a file whose header names an unknown way of writing. */
function isRefusal(name: string, { code }: Ending): boolean {
  return code === EXIT.corrupt || (name in WRITERS && code === EXIT.failed);
}

function isSuccess(code: number | string): boolean {
  return code === EXIT.done || code === EXIT.needsALook;
}

interface Answer {
  readonly repository: string;
  readonly problems: readonly unknown[];
  readonly notes: readonly Note[];
}

async function end(run: () => object | Promise<object>): Promise<Ending> {
  try {
    const { repository: _path, ...answer } = (await run()) as Partial<Answer>;
    const { problems = [], notes = [] } = answer;
    const isDamaged = problems.length > 0 || notes.some(({ kind }) => kind === 'damaged-record');
    return { code: isDamaged ? EXIT.corrupt : EXIT.done, answer };
  } catch (error) {
    if (!(error instanceof RewindError))
      return { code: (error as Error).stack ?? '', answer: null };
    return { code: error.exitCode, answer: error.message };
  }
}

function describe({ code, answer }: Ending): string {
  return `${code} ${JSON.stringify(answer)}`.slice(0, 500);
}

/** Every value that SQL can see, and the numbers of the header that mean something to the program. */
function allRows(bytes: Buffer): string {
  const connection = new Database(bytes);
  try {
    connection.defaultSafeIntegers(true);
    const tables = connection
      .prepare("SELECT name FROM sqlite_schema WHERE CAST(type AS TEXT) = 'table'")
      .pluck()
      .all();
    const rows = ['sqlite_schema', ...tables].map((name) => [
      name,
      connection
        .prepare(`SELECT * FROM ${String(name)} ORDER BY 1, 2`)
        .raw()
        .all(),
    ]);
    const numbers = ['application_id', 'user_version', 'encoding', 'auto_vacuum'].map((name) =>
      connection.pragma(name, { simple: true }),
    );
    return JSON.stringify([rows, numbers], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
  } finally {
    connection.close();
  }
}
