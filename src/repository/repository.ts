// A repository as the rest of the program has it in its hands: where it is, open for reading, or open for
// the one process that may write.
import type { Catalog } from '../catalog/catalog.js';
import type { BytePath } from '../system/files/byte-path.js';
import type { FileSystem } from '../system/files/file-system.js';

/** Where a repository is, whatever state it is in. */
export interface RepositoryPlace {
  readonly path: BytePath;
  readonly fileSystem: FileSystem;
}

export interface OpenRepository extends RepositoryPlace {
  readonly catalog: Catalog;
  close(): void;
}

/** A repository of which this process is the only writer. */
export interface WritableRepository extends OpenRepository {
  /** Whether this run made it. */
  readonly created: boolean;
  /** Closes it after a failure: one that this run has made, and that has no snapshot, is taken away again. */
  abandon(): void;
}
