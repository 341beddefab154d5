// Where a repository is. The repository may be in any state, or not exist yet.
import type { BytePath } from '../system/files/byte-path.js';
import type { FileSystem } from '../system/files/file-system.js';

export interface RepositoryPlace {
  readonly path: BytePath;
  readonly fileSystem: FileSystem;
}
