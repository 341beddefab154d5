// The damaged repositories of fixtures/damaged/<kind>: which there are, and what is expected of them.
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { DamageOutcome } from './damage-trial.js';
import { fixturePath } from '../program/project-paths.js';
import type { RecordedSnapshot } from '../sandbox/sandbox-options.js';

const run = promisify(execFile);

/** manifest.json beside the archive. */
export interface DamagedManifest {
  readonly story: string;
  readonly expected: DamageOutcome;
  /** What was recorded before the damage. */
  readonly snapshots: readonly RecordedSnapshot[];
}

export interface DamagedFixture {
  readonly kind: string;
  readonly manifest: DamagedManifest;
}

export async function listDamagedFixtures(): Promise<DamagedFixture[]> {
  const kinds = await readdir(fixturePath('damaged'));
  return Promise.all(
    kinds
      .filter((kind) => !kind.startsWith('.'))
      .map(async (kind) => {
        const text = await readFile(fixturePath('damaged', kind, 'manifest.json'), 'utf8');
        return { kind, manifest: JSON.parse(text) as DamagedManifest };
      }),
  );
}

/** Unpacks a fixture as the new directory `repository`, with owners where this is root. */
export async function unpackDamaged({ kind }: DamagedFixture, repository: string): Promise<void> {
  await mkdir(repository);
  const archive = fixturePath('damaged', kind, 'repository.tar.gz');
  await run('tar', ['--numeric-owner', '-xzpf', archive, '-C', repository]);
}
