// Tries flips in a process of its own: a command that never ends blocks this process, and its parent
// (run-flips.ts) sees that no answer comes.
import * as fs from 'node:fs';
import type { FlipTask } from './flip-task.js';
import { FlipTrial } from './flip-trial.js';
import type { FlipWorld } from './flip-world.js';

const [folder = '', worldFile = ''] = process.argv.slice(2);
const world = JSON.parse(fs.readFileSync(worldFile, 'utf8')) as FlipWorld;
fs.mkdirSync(folder);
const trial = await FlipTrial.prepare(world, folder);
process.on('message', (task: FlipTask) => {
  void trial.tryFlip(task).then((wrong) => process.send?.({ ...task, wrong }));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
