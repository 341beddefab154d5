// The frozen archives of fixtures/archives/v<version>, and the snapshot that is in each of them.
import { readdir } from 'node:fs/promises';
import { fixturePath } from '../program/project-paths.js';

/** The snapshot of fixtures/repositories/v5/<shape> that was exported. */
export const REPOSITORY_SHAPE = 'redis-nights';
export const ARCHIVE_SNAPSHOT = '#4';

export interface ArchiveFixture {
  readonly version: number;
  /** How it is locked. */
  readonly lock: 'plain' | 'recipient' | 'passphrase';
  readonly file: string;
  readonly keyFile: string;
  readonly passphraseFile: string;
}

export async function listArchiveFixtures(): Promise<ArchiveFixture[]> {
  const fixtures: ArchiveFixture[] = [];
  for (const folder of await readdir(fixturePath('archives'))) {
    const files = await readdir(fixturePath('archives', folder));
    for (const name of files.filter((file) => file.includes('.tar.'))) {
      fixtures.push({
        version: Number(folder.slice(1)),
        lock: name.replace(/\..*$/, '') as ArchiveFixture['lock'],
        file: fixturePath('archives', folder, name),
        keyFile: fixturePath('archives', folder, 'key.txt'),
        passphraseFile: fixturePath('archives', folder, 'passphrase.txt'),
      });
    }
  }
  return fixtures;
}
