// The frozen repositories of fixtures/repositories/v<format>/<shape>: which there are, what they hold,
// and how to get one to work with.
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import type { ListedSnapshot } from '../../../src/engine/inspect/list-report.js';
import { fixturePath } from '../program/project-paths.js';
import type { RecordedSnapshot } from '../sandbox/sandbox-options.js';

const run = promisify(execFile);

/** manifest.json beside the archive: what was recorded when the repository was made. */
export interface RepositoryManifest {
  readonly formatVersion: number;
  readonly story: string;
  readonly snapshots: readonly RecordedSnapshot[];
  /** What `list` said of each snapshot beside its time; from format 5 on. */
  readonly remarks?: readonly RecordedRemarks[];
}

export type RecordedRemarks = Pick<ListedSnapshot, 'id' | 'tags' | 'pinned' | 'pinNote' | 'alarm'>;

export interface RepositoryFixture {
  readonly formatVersion: number;
  readonly shape: string;
  readonly manifest: RepositoryManifest;
  readonly archive: string;
}

export async function listRepositoryFixtures(): Promise<RepositoryFixture[]> {
  const fixtures: RepositoryFixture[] = [];
  const versions = await readdir(fixturePath('repositories')).catch(() => []);
  for (const version of versions.filter((name) => /^v\d+$/.test(name))) {
    for (const shape of await readdir(fixturePath('repositories', version))) {
      const folder = fixturePath('repositories', version, shape);
      fixtures.push({
        formatVersion: Number(version.slice(1)),
        shape,
        manifest: JSON.parse(
          await readFile(path.join(folder, 'manifest.json'), 'utf8'),
        ) as RepositoryManifest,
        archive: path.join(folder, 'repository.tar'),
      });
    }
  }
  return fixtures;
}

/** Unpacks a fixture as the new directory `repository`, with owners where this is root. */
export async function unpackRepository(
  { archive }: RepositoryFixture,
  repository: string,
): Promise<void> {
  await mkdir(repository);
  await run('tar', ['--numeric-owner', '-xpf', archive, '-C', repository]);
}

export function remarksOf({ id, tags, pinned, pinNote, alarm }: ListedSnapshot): RecordedRemarks {
  return { id, tags, pinned, pinNote, alarm };
}
