// A server whose data are gone, from there to the moment at which it has answered for a key again: `recover`, beside the usual
// recipe as a script. The times have in them that the server itself loads the dump.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { mainScript } from '../../support/program/project-paths.js';
import type { BenchContext } from '../bench-context.js';
import { type Step, measureStep } from '../commands/measure-process.js';
import { runQuietly } from '../commands/run-quietly.js';
import { scatteredDumps } from '../data/dump-datasets.js';
import { copyTree, warm } from '../file-tree.js';
import { RUN_MEMORY, touchMemory } from '../measure/present-memory.js';
import { OURS, type PeerName, RECIPE, shell } from '../peers/peer.js';
import { describeFiles } from '../report/format-quantities.js';
import type { RunResult } from '../report/results.js';
import { Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

export const recovery: BenchCase = {
  name: 'recovery',
  run: async (context) => {
    const { before } = await scatteredDumps(context.place);
    const scene = sceneOf(context);
    await rm(scene.root, { recursive: true, force: true });
    await mkdir(scene.root, { recursive: true });
    await runQuietly(ours('backup', before.directory, scene.kept));
    const subject = await describeFiles(before.directory);
    const results = [];
    try {
      for (const isAofOn of [false, true]) {
        const runs = await measureRecoveries(context, scene, isAofOn);
        const targets = new Targets(runs);
        results.push({
          name: isAofOn ? 'recovery-aof' : 'recovery',
          title: `A server back, the append-only file ${isAofOn ? 'on' : 'off'}`,
          subject,
          runs,
          targets: isAofOn ? [targets.fasterThan(RECIPE)] : [],
        });
      }
    } finally {
      await runQuietly(shell(STOP, scene.socket));
    }
    return results;
  },
};

interface Scene {
  readonly root: string;
  /** Of the server. */
  readonly data: string;
  readonly configuration: string;
  readonly socket: string;
  /** As it is before each run. */
  readonly kept: string;
  readonly repository: string;
}

function sceneOf({ workspace }: BenchContext): Scene {
  const root = workspace.inRun('recovery');
  const at = (name: string): string => path.join(root, name);
  return {
    root,
    data: at('data'),
    configuration: at('redis.conf'),
    socket: at('redis.sock'),
    kept: at('kept'),
    repository: at('repository'),
  };
}

async function measureRecoveries(
  context: BenchContext,
  scene: Scene,
  isAofOn: boolean,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (let round = 1; round <= context.runs; round += 1) {
    for (const peer of [OURS, RECIPE]) {
      context.say(`run ${round} of ${context.runs}: ${peer}`);
      results.push(await measureRecovery(context, scene, { peer, isAofOn }));
    }
  }
  return results;
}

interface Wanted {
  readonly peer: PeerName;
  readonly isAofOn: boolean;
}

async function measureRecovery(
  { workspace, dumpBytes, place }: BenchContext,
  scene: Scene,
  { peer, isAofOn }: Wanted,
): Promise<RunResult> {
  await loseEverything(scene, isAofOn);
  await warm(scene.repository);
  await workspace.settle();
  await touchMemory(RUN_MEMORY * dumpBytes);

  const measured = await measureStep(
    peer === OURS ? recoverStep(scene) : recipeStep(scene, isAofOn),
  );

  const found = await runQuietly(shell(ASK, scene.socket));
  const expected = `${place.keys} appendonly ${isAofOn ? 'yes' : 'no'}`;
  if (found.trim() !== expected) throw new Error(`${peer}: '${found}' and not '${expected}'`);
  return { peer, ...measured, addedBytes: null, repositoryBytes: null };
}

/** The server runs and is empty. The repository is as after its backup. */
async function loseEverything(scene: Scene, isAofOn: boolean): Promise<void> {
  await runQuietly(shell(STOP, scene.socket));
  await runQuietly(shell('rm -rf "$1" "$1".*', scene.data));
  await copyTree(scene.kept, scene.repository);
  await mkdir(scene.data);
  const lines = [
    `port 0`,
    `unixsocket ${scene.socket}`,
    `dir ${scene.data}`,
    'daemonize yes',
    'save ""',
    `appendonly ${isAofOn ? 'yes' : 'no'}`,
  ];
  await writeFile(scene.configuration, `${lines.join('\n')}\n`);
  await runQuietly(shell('redis-server "$1" > /dev/null', scene.configuration));
  await runQuietly(shell(WAIT, scene.socket));
}

function recoverStep({ repository, socket }: Scene): Step {
  const line = '"$1" "$2" recover --yes -r now "$3" -s "$4" && redis-cli -s "$4" randomkey';
  return shell(line, process.execPath, mainScript, repository, socket);
}

function recipeStep({ socket, data, configuration, repository }: Scene, isAofOn: boolean): Step {
  const steps = isAofOn ? RECIPE_WITH_AOF : RECIPE_WITHOUT_AOF;
  return shell(steps, socket, data, configuration, path.join(repository, 'dump.rdb'));
}

const WAIT = `until redis-cli -s "$1" info persistence 2>&1 | grep -q '^loading:0'; do sleep 0.05; done`;
const STOP = `redis-cli -s "$1" shutdown nosave > /dev/null 2>&1 || true
while redis-cli -s "$1" ping > /dev/null 2>&1; do sleep 0.05; done`;
const ASK = `echo $(redis-cli -s "$1" dbsize) $(redis-cli -s "$1" config get appendonly)`;

const RECIPE_WITHOUT_AOF = `${STOP}
mkdir "$2.old"
mv "$2/dump.rdb" "$2.old" 2> /dev/null || true
cp -p "$4" "$2/dump.rdb"
redis-server "$3" > /dev/null
${WAIT}
redis-cli -s "$1" randomkey`;

/** The dump is loaded with the AOF off. Then an AOF is made, and the server is started again with it. */
const RECIPE_WITH_AOF = `${STOP}
mkdir "$2.old"
mv "$2/dump.rdb" "$2.old" 2> /dev/null || true
mv "$2/appendonlydir" "$2.old"
sed -i 's/^appendonly yes/appendonly no/' "$3"
cp -p "$4" "$2/dump.rdb"
redis-server "$3" > /dev/null
${WAIT}
redis-cli -s "$1" randomkey
redis-cli -s "$1" bgrewriteaof
until redis-cli -s "$1" info persistence | grep -q '^aof_rewrite_in_progress:0'; do sleep 0.05; done
${STOP}
sed -i 's/^appendonly no/appendonly yes/' "$3"
redis-server "$3" > /dev/null
${WAIT}
redis-cli -s "$1" randomkey`;

function ours(...args: readonly string[]): Step {
  return { command: process.execPath, args: [mainScript, ...args] };
}
