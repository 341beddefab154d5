// `npm run demo`: three nights in the life of a Redis data directory, backed up and brought back with
// the real program, every file that comes back compared with what the server had written. Needs
// nothing but Node and the built program; works in a temporary folder and removes it.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import {
  readTree,
  treeDifferences,
  type Tree,
  type TreeEntry,
} from '../support/files/directory-tree.js';
import { makeTemporaryDirectory, removeTree } from '../support/files/temporary-directory.js';
import {
  canSetOwner,
  fixtureDigests,
  layNight,
  NIGHTS,
} from '../support/redis/data/redis-nights.js';
import { say, showCommand, showListing } from './terminal.js';

const SOURCE = 'redis';
const REPOSITORY = 'backups';
const RESTORED = 'restored';

interface Comparison {
  /** What came back as it was. */
  readonly files: number;
  readonly folders: number;
  /** Files and folders that are missing, too many or different. */
  readonly mismatched: number;
}

const workspace = await makeTemporaryDirectory();
// Ctrl-C reaches the running command as well; the demo ends after it, and cleans up.
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
}
// A reader that has seen enough, such as `head`: finish and clean up without words.
process.stdout.on('error', () => undefined);
try {
  const mismatches = await demonstrate();
  process.exitCode = mismatches === 0 ? 0 : 1;
} catch (error) {
  say(`demo FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await removeTree(workspace);
}

/** Tells the whole story; returns how many files and folders did not come back as they were. */
async function demonstrate(): Promise<number> {
  say(`redis-rewind backs up the directory in which redis-server keeps its data,
every night, and gives any night back. Here are three nights of a real redis
7.0 with RDB and AOF: ./${SOURCE} is what /var/lib/redis is on a server,
./${REPOSITORY} is the repository.`);
  if (!canSetOwner) {
    say('(Not run as root: the files belong to you instead of a redis user.)');
  }

  const trees: Tree[] = [];
  for (const night of NIGHTS) {
    say(`## Night ${night.point}: ${night.story}`);
    await layNight(path.join(workspace, SOURCE), night.point);
    if (night.point === 1) {
      await showListing(workspace, [SOURCE, `${SOURCE}/appendonlydir`]);
    }
    trees.push(await readTree(path.join(workspace, SOURCE)));
    await command(['backup', '-v', SOURCE, REPOSITORY]);
  }

  say('## What there is');
  await command(['list', REPOSITORY]);
  say('The newest night lies in the repository as plain files:');
  await showListing(workspace, [REPOSITORY, `${REPOSITORY}/appendonlydir`]);

  const totals = { files: 0, folders: 0, mismatched: 0 };
  for (const [index, night] of NIGHTS.slice(0, -1).entries()) {
    const back = NIGHTS.length - 1 - index;
    say(`## Night ${night.point} again: ${back === 1 ? 'one snapshot' : `${back} snapshots`} back`);
    const destination = path.join(RESTORED, `night-${night.point}`);
    await mkdir(path.join(workspace, destination), { recursive: true });
    // A dump that comes before its AOF would be a warning.
    for (const name of ['appendonlydir', 'dump.rdb']) {
      const from = path.join(REPOSITORY, name);
      await command(['restore', '-r', `${back}B`, from, path.join(destination, name)]);
    }
    const result = await compare(
      trees[index] ?? {},
      path.join(workspace, destination),
      night.point,
    );
    totals.files += result.files;
    totals.folders += result.folders;
    totals.mismatched += result.mismatched;
  }

  say('## Every version in the repository, proved');
  await command(['verify', '-v', REPOSITORY]);
  say(
    totals.mismatched === 0
      ? `demo passed: ${totals.files} files and ${totals.folders} folders of two older nights came\nback, byte for byte, with owner, mode and mtime`
      : `demo FAILED: ${totals.mismatched} did not come back as they were`,
  );
  return totals.mismatched;
}

async function command(args: readonly string[]): Promise<void> {
  stopping.signal.throwIfAborted();
  await showCommand(workspace, args);
}

/** Holds what was restored against the server's own bytes and against the source as it was that night. */
async function compare(source: Tree, restored: string, point: number): Promise<Comparison> {
  const digests = await fixtureDigests(point);
  const tree = await readTree(restored);
  const names = new Set([...Object.keys(source), ...Object.keys(tree)]);
  // The folder that they were restored into is no part of what came back.
  names.delete('.');
  const lines: string[] = [];
  const result = { files: 0, folders: 0, mismatched: 0 };
  for (const name of [...names].sort()) {
    const [then, now] = [source[name], tree[name]];
    const differences = treeDifferences(pick(source, name), pick(tree, name));
    if (now?.type === 'file' && now.content !== digests.get(name)) {
      differences.push(`${name}: not the bytes that redis-server wrote`);
    }
    if (then === undefined || differences.length > 0) {
      result.mismatched += 1;
      lines.push(...differences.map((difference) => `  DIFFERENT  ${difference}`));
    } else {
      result[then.type === 'directory' ? 'folders' : 'files'] += 1;
      lines.push(`  same  ${name}`, `        ${shownEntry(then)}`);
    }
  }
  say(lines.join('\n'));
  return result;
}

function shownEntry(entry: TreeEntry): string {
  const seconds = new Date(Number(BigInt(entry.mtimeNs) / 1_000_000n)).toISOString().slice(0, 19);
  const mtime = `${seconds}.${entry.mtimeNs.slice(-9)}Z`;
  const digest = entry.type === 'file' ? `sha256 ${entry.content.slice(0, 12)}…` : 'a folder';
  return `${entry.mode} ${entry.uid}:${entry.gid}  ${mtime}  ${digest.padEnd(20)}`;
}

function pick(tree: Tree, name: string): Tree {
  const entry = tree[name];
  return entry === undefined ? {} : { [name]: entry };
}
