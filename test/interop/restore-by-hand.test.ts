// Old files rebuilt without this program: by the commands that the README in the repository and
// docs/format.md give, run by a shell with sqlite3, zstd and rdiff. A missing program is a failure.
import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { runProgram } from '../../src/system/programs/run-program.js';
import { dumpBytes } from '../support/sandbox/four-nights.js';
import { projectRoot } from '../support/program/project-paths.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

const NIGHTS = [1, 2, 3, 4, 5, 6];

/** What each file was on each night. */
type Contents = ReadonlyMap<string, readonly Buffer[]>;

/** Runs a command of the texts in a folder, as a person would type it there. */
function shell(t: ExecutionContext, folder: string, command: string): string {
  const script = 'cd "$1" && eval "$2"';
  const { code, stdout, stderr } = runProgram('sh', ['-c', script, 'sh', folder, command]);
  if (code !== 0) t.fail(`${command}: exit ${code}: ${stderr}`);
  return stdout.toString('utf8').trim();
}

async function recordSixNights(
  t: ExecutionContext,
): Promise<{ sandbox: Sandbox; contents: Contents }> {
  const sandbox = await createSandbox(t, { records: true });
  const at = (...names: string[]): string => sandbox.inSource(...names);
  const contents = new Map<string, Buffer[]>();
  const aof = 'appendonlydir/appendonly.aof.1.incr.aof';
  await mkdir(at('appendonlydir'));
  for (const night of NIGHTS) {
    await writeFile(at('temp'), dumpBytes(night));
    await rename(at('temp'), at('dump.rdb'));
    await appendFile(at(aof), new SeededRandom(`aof ${night}`).bytes(3000).toString('base64'));
    // Akin on the first three nights, then all new, and akin to that again.
    const seed = night <= 3 ? 'before' : 'after';
    await writeFile(
      at('other.rdb'),
      `${new SeededRandom(seed).bytes(6000).toString('hex')}${night}`,
    );
    for (const name of ['dump.rdb', aof, 'other.rdb']) {
      contents.set(name, [...(contents.get(name) ?? []), await readFile(at(name))]);
    }
    await sandbox.backup();
  }
  return { sandbox, contents };
}

/** The README of one repository: its commands, with its sample values replaced by real ones. */
class Readme {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The sqlite3 command that begins its SQL with the words given. */
  query(words: string, values: Readonly<Record<string, string>>): string {
    const commands = this.#text.match(/sqlite3 catalog\.sqlite3 "[^"]+"/g) ?? [];
    const found = commands.filter((command) => command.includes(`"${words}`));
    if (found.length !== 1) throw new Error(`${found.length} commands with ${words}`);
    return replaceAll(found[0] as string, values);
  }

  /** A line or quotation of the README that is a command of its own. */
  command(command: string, values: Readonly<Record<string, string>>): string {
    if (!this.#text.includes(command)) throw new Error(`the README does not say ${command}`);
    return replaceAll(command, values);
  }
}

function replaceAll(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce(
    (replaced, [sample, value]) =>
      replaced.replaceAll(new RegExp(`(?<![\\w.-])${sample}(?![\\w.-])`, 'g'), value),
    text,
  );
}

interface Rebuilt {
  /** The file that holds the content. */
  readonly file: string;
  readonly sha256: string;
  /** Kinds of the increments on the way, the last step first. */
  readonly steps: readonly string[];
}

/** Follows the README to the content of a path at a snapshot. */
function rebuildByHand(
  t: ExecutionContext,
  sandbox: Sandbox,
  readme: Readme,
  name: string,
  snapshot: number,
): Rebuilt {
  const data = sandbox.inMirror('redis-rewind-data');
  const room = sandbox.at(`by-hand-${snapshot}-${path.basename(name)}`);
  shell(t, sandbox.root, `mkdir '${room}'`);
  const version = readme.query('SELECT content', { 'dump.rdb': name, '7': String(snapshot) });
  const [content = '', sha256 = ''] = shell(t, data, version).split('|');

  const chain = shell(t, data, readme.query('WITH RECURSIVE', { '42': content }))
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('|') as [string, string, string]);
  const plainFile = (id: string): string => {
    const query = readme.query('SELECT CAST', { '42': id });
    return sandbox.inMirror(shell(t, data, query));
  };
  let file = chain.at(-1)?.[1] === 'delta' ? plainFile(chain.at(-1)?.[2] ?? '') : '';
  if (chain.length === 0) file = plainFile(content);
  for (const [id, kind] of chain.toReversed()) {
    const place = { ID: id, file: `${room}/${id}`, delta: `${room}/delta` };
    if (kind === 'full') {
      shell(t, data, readme.command('zstd -d < increments/ID > file', place));
    } else {
      shell(t, data, readme.command('zstd -d < increments/ID > delta', place));
      const patch = { 'basis-file': file, delta: place.delta, 'result-file': place.file };
      shell(t, data, readme.command('rdiff patch basis-file delta result-file', patch));
    }
    file = place.file;
  }
  const [sum = ''] = shell(t, data, `${readme.command('sha256sum', {})} '${file}'`).split(' ');
  t.is(sum.toUpperCase(), sha256, `${name} at ${snapshot}`);
  return { file, sha256: sum, steps: chain.map(([, kind]) => kind) };
}

test('the README in a repository is enough to rebuild any file of any snapshot', async (t) => {
  const { sandbox, contents } = await recordSixNights(t);
  const text = await readFile(sandbox.inMirror('redis-rewind-data/README'), 'utf8');
  const readme = new Readme(text);
  const listed = shell(t, sandbox.inMirror('redis-rewind-data'), readme.query('SELECT id', {}));
  t.deepEqual(
    listed.split('\n'),
    sandbox.recorded.map(({ id, time }) => `${id}|${time.replace('T', ' ').replace('Z', '')}|3`),
  );

  const steps = new Map<string, readonly string[]>();
  for (const [name, nights] of contents) {
    for (const night of NIGHTS) {
      const rebuilt = rebuildByHand(t, sandbox, readme, name, night);
      const expected = nights[night - 1] as Buffer;
      t.true((await readFile(rebuilt.file)).equals(expected), `${name} at ${night}`);
      steps.set(`${path.basename(name)} at ${night}`, rebuilt.steps);
    }
  }
  const deltas = (count: number): string[] => Array.from({ length: count }, () => 'delta');
  t.deepEqual(steps.get('dump.rdb at 1'), deltas(5));
  t.deepEqual(steps.get('appendonly.aof.1.incr.aof at 1'), deltas(5));
  t.deepEqual(steps.get('other.rdb at 1'), ['delta', 'delta', 'full']);
  t.deepEqual(steps.get('other.rdb at 4'), deltas(2));
  t.deepEqual(steps.get('dump.rdb at 6'), []);
});

test('the worked example of docs/format.md rebuilds the old file', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const old = new SeededRandom('example').bytes(4096);
  await writeFile(sandbox.inSource('dump.rdb'), old);
  await sandbox.backup();
  await writeFile(sandbox.inSource('dump.rdb'), Buffer.concat([old, Buffer.from('more')]));
  await sandbox.backup();

  const format = await readFile(path.join(projectRoot, 'docs/format.md'), 'utf8');
  const commands = format
    .slice(format.indexOf('## A worked example'))
    .match(/^(zstd|rdiff|sha256sum) .*$/gm);
  t.is(commands?.length, 3);
  const copy = sandbox.at('copy');
  await cp(sandbox.repository, copy, { recursive: true });
  const outputs = (commands ?? []).map((command) => shell(t, copy, command));
  const [sha256] = outputs.at(-1)?.split(' ') ?? [];
  t.is(sha256, createHash('sha256').update(old).digest('hex'));
});
