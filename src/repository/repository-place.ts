// Where a repository is, whatever state it is in.
import type { BytePath } from '../system/files/byte-path.js';
import type { FileSystem } from '../system/files/file-system.js';

export interface RepositoryPlace {
  readonly path: BytePath;
  readonly fileSystem: FileSystem;
}
