// A backup says of an AOF what the installed server makes of it, and redis-check-aof agrees. Each case is
// loaded by a real server. docs/aof.md has the exceptions, and each of them must be one.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { BackupReport } from '../../src/engine/backup/backup-report.js';
import { removeTree, temporaryDirectory } from '../support/files/temporary-directory.js';
import { projectRoot } from '../support/program/project-paths.js';
import { type AofCase, EXCEPTIONS, keysIn, writeAofCase } from '../support/redis/aof/aof-case.js';
import { type ServerAnswer, askCheckAof, askServer } from '../support/redis/aof/ask-server.js';
import { LOG_CASES } from '../support/redis/aof/log-cases.js';
import { MANIFEST_CASES } from '../support/redis/aof/manifest-cases.js';
import { createSandbox } from '../support/sandbox/sandbox.js';

const CASES = [...LOG_CASES, ...MANIFEST_CASES];
const AT_ONCE = 2;

interface OurAnswer {
  readonly kind: 'whole' | 'cut' | 'refused' | 'without-keys' | 'unknown';
  readonly messages: readonly string[];
  /** Of the file that is cut. */
  readonly wholeBytes: number | null;
}

const KINDS: Readonly<Record<string, OurAnswer['kind']>> = {
  'would-not-load': 'refused',
  'cannot-be-checked': 'unknown',
  'not-understood': 'unknown',
  'without-keys': 'without-keys',
  'cut-short': 'cut',
};

/** Of several notes, the first of these kinds counts. */
const ORDER = ['refused', 'unknown', 'without-keys', 'cut', 'whole'] as const;

function ourAnswer({ notes }: BackupReport, folder: string): OurAnswer {
  const own = notes.filter(({ path: at, kind }) => at?.startsWith(`${folder}/`) && kind in KINDS);
  const kinds = own.map(({ kind }) => KINDS[kind] ?? 'unknown');
  const messages = own.map(({ message }) => message);
  const [, bytes] = /after byte ([0-9]+)/.exec(messages.join('\n')) ?? [];
  return {
    kind: ORDER.find((kind) => kinds.includes(kind)) ?? 'whole',
    messages,
    wholeBytes: bytes === undefined ? null : Number(bytes),
  };
}

/** The keys in the files that a server loads; the last one may be cut. */
function keysOf({ files, loaded }: AofCase, wholeBytes: number | null): string[] {
  const contents = loaded.map((name, index) => {
    const content = files[name];
    if (!Buffer.isBuffer(content)) return Buffer.alloc(0);
    const isCut = index === loaded.length - 1 && wholeBytes !== null;
    return isCut ? content.subarray(0, wholeBytes) : content;
  });
  return keysIn(Buffer.concat(contents));
}

const LINKS_LEAD = /\blink\b/;

/** What is wrong with our answer; null if nothing is. */
function difference(one: AofCase, ours: OurAnswer, server: ServerAnswer): string | null {
  const kind = ours.kind === 'without-keys' ? 'whole' : ours.kind;
  if (kind !== server.kind) return `ours: ${ours.kind}, the server: ${server.kind}`;
  if (server.kind === 'refused' || LINKS_LEAD.test(one.name)) return null;
  const keys = keysOf(one, ours.wholeBytes).join(' ');
  return keys === server.keys.join(' ')
    ? null
    : `keys: ${keys}, the server: ${server.keys.join(' ')}`;
}

interface Trial {
  readonly one: AofCase;
  readonly ours: OurAnswer;
  readonly server: ServerAnswer;
  readonly isValid: boolean;
}

async function tryCase(directory: string, one: AofCase, ours: OurAnswer): Promise<Trial> {
  await writeAofCase(directory, one);
  // The server may cut the file, so it comes last.
  const isValid = await askCheckAof(path.join(directory, one.checked));
  const server = await askServer(directory);
  await removeTree(directory);
  return { one, ours, server, isValid };
}

test(`a backup judges ${CASES.length} AOFs as the server does`, async (t) => {
  t.timeout(600_000);
  t.true(CASES.length >= 100);
  const sandbox = await createSandbox(t);
  const folders = CASES.map((_, index) => `case-${String(index).padStart(3, '0')}`);
  for (const [index, one] of CASES.entries()) {
    await writeAofCase(sandbox.inSource(folders[index] ?? ''), one);
  }
  const report = await sandbox.backup({ examine: true });
  const root = await temporaryDirectory(t);
  const trials: Trial[] = [];
  const left = CASES.entries();
  const work = async (): Promise<void> => {
    for (const [index, one] of left) {
      const folder = folders[index] ?? '';
      trials.push(await tryCase(path.join(root, folder), one, ourAnswer(report, folder)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const wrong = trials.flatMap((trial) => {
    const { one, ours, server, isValid } = trial;
    const found = difference(one, ours, server);
    const isExcepted = one.serverException !== undefined;
    const lines = (found !== null) === isExcepted ? [] : [found ?? 'no exception'];
    // A tail that a server leaves out is not valid for redis-check-aof either.
    const isCheckWrong = isValid !== (server.kind === 'whole');
    const isCheckExcepted = one.checkException !== undefined;
    if (isCheckWrong !== isCheckExcepted)
      lines.push(`redis-check-aof: ${isValid ? 'valid' : 'not valid'}, the server: ${server.kind}`);
    return lines.map((line) => `${one.name}: ${line}; ${ours.messages.join(', ')}`);
  });
  t.deepEqual(wrong, []);
  const used = new Set(CASES.flatMap((one) => [one.serverException, one.checkException]));
  t.deepEqual(
    EXCEPTIONS.filter((exception) => !used.has(exception)),
    [],
  );
});

test('docs/aof.md has every exception', async (t) => {
  const text = await readFile(path.join(projectRoot, 'docs', 'aof.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  for (const exception of EXCEPTIONS)
    t.true(
      rows.some((row) => row.includes(exception)),
      exception,
    );
});
