// The later steps of a removal: one transaction puts the composed increment in the place of its run. The files of the run are
// deleted after the commit.
import type { Increment } from '../../catalog/records.js';
import { incrementsPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { syncDirectory } from '../staging.js';
import { deleteIncrement } from './forget-snapshots.js';
import type { ComposedChain } from './composed-chain.js';

/** @param increment its file is written and synced */
export function replaceRun(
  repository: LocalRepository,
  { run }: ComposedChain,
  increment: Increment,
): void {
  const { fileSystem, path, catalog } = repository;
  syncDirectory(fileSystem, incrementsPath(path));
  catalog.write(() => {
    for (const { id } of run) catalog.increments.delete(id);
    catalog.increments.insert(increment);
    catalog.versions.deleteUnusedContents();
  });
  for (const { id } of run) deleteIncrement(repository, id);
}
