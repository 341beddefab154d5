// A SOURCE beside a disk of which the power may fail, with the repository on it: what the power-loss
// tests are written in. All of it lies in memory, since the disk that counts is a model.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { BackupPlace } from '../repository/backup-place.js';
import type { Tree } from '../files/directory-tree.js';
import { EVENTFUL_NIGHTS, settle } from '../repository/eventful-history.js';
import { createTestContext } from '../program/run-context.js';
import { type TeardownContext, memoryDirectory } from '../files/temporary-directory.js';
import { type Recording, recordRun } from './at-each-power-loss.js';

export interface DiskPlace {
  readonly place: BackupPlace;
  /** The folder that holds the repository and nothing else. */
  readonly disk: string;
}

export async function createDiskPlace(t: TeardownContext): Promise<DiskPlace> {
  const root = await memoryDirectory(t);
  const disk = path.join(root, 'disk');
  const place = new BackupPlace(root, createTestContext(), path.join(disk, 'repository'));
  await fs.mkdir(place.source);
  await fs.mkdir(disk);
  return { place, disk };
}

/** The repository in another folder, with what is left of the disk. */
export function placeIn(place: BackupPlace, folder: string): BackupPlace {
  return place.withRepository(path.join(folder, 'repository'));
}

export interface RecordedNights extends DiskPlace {
  readonly recording: Recording;
  /** SOURCE as of each night's backup. */
  readonly states: readonly Tree[];
}

/** The eventful nights, each with its backup written down; what one leaves unsynced stays so. */
export async function recordNights(t: TeardownContext): Promise<RecordedNights> {
  const { place, disk } = await createDiskPlace(t);
  const states: Tree[] = [];
  const recording = await recordRun(
    disk,
    ['repository'],
    place.context,
    EVENTFUL_NIGHTS.map((change) => async (context) => {
      await change(place);
      states.push(await settle(place.source));
      await place.backup({ context });
    }),
  );
  return { place, disk, states, recording };
}
