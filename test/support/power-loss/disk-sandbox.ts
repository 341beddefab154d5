// A SOURCE beside a disk of which the power may fail, with the repository on it: what the power-loss
// tests are written in. All of it lies in memory, since the disk that counts is a model.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { Tree } from '../files/directory-tree.js';
import { type TeardownContext, memoryDirectory } from '../files/temporary-directory.js';
import { EVENTFUL_NIGHTS, settle } from '../sandbox/eventful-history.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { type Recording, recordRun } from './at-each-power-loss.js';

export interface DiskSandbox {
  readonly sandbox: Sandbox;
  /** The folder that holds the repository and nothing else. */
  readonly disk: string;
}

export async function createDiskSandbox(t: TeardownContext): Promise<DiskSandbox> {
  const root = await memoryDirectory(t);
  const disk = path.join(root, 'disk');
  const sandbox = new Sandbox(root, { repository: path.join(disk, 'repository') });
  await fs.mkdir(sandbox.source);
  await fs.mkdir(disk);
  return { sandbox, disk };
}

/** The repository in another folder, with what is left of the disk. */
export function sandboxIn(sandbox: Sandbox, folder: string): Sandbox {
  return sandbox.withRepository(path.join(folder, 'repository'));
}

export interface RecordedNights extends DiskSandbox {
  readonly recording: Recording;
  /** SOURCE as of each night's backup. */
  readonly states: readonly Tree[];
}

/** The eventful nights, each with its backup written down; what one leaves unsynced stays so. */
export async function recordNights(t: TeardownContext): Promise<RecordedNights> {
  const { sandbox, disk } = await createDiskSandbox(t);
  const states: Tree[] = [];
  const recording = await recordRun(
    disk,
    ['repository'],
    sandbox.context,
    EVENTFUL_NIGHTS.map((change) => async (context) => {
      await change(sandbox);
      states.push(await settle(sandbox.source));
      await sandbox.backup({ context });
    }),
  );
  return { sandbox, disk, states, recording };
}
