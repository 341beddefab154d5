// A repository on this machine with its catalog open: what repository/ itself works with. No other room is
// given the catalog; the rest of the program asks questions (questions/questions.ts).
import type { Catalog } from '../catalog/catalog.js';
import type { RepositoryPlace } from './repository-place.js';

export interface LocalRepository extends RepositoryPlace {
  readonly catalog: Catalog;
}
