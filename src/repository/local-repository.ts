// A repository on this machine with its catalog open. Only the files of repository/ use this type. All other
// rooms ask questions instead (questions/questions.ts), and never see the catalog.
import type { Catalog } from '../catalog/catalog.js';
import type { RepositoryPlace } from './repository-place.js';

export interface LocalRepository extends RepositoryPlace {
  readonly catalog: Catalog;
}
