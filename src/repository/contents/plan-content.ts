// Plans how to read a content: the root, which is a mirror file or a full copy, and the deltas that lead
// from the root to the content. The plan is made from the catalog alone. The plan takes owed operations
// into account: a mirror file may still be in staging.
import type { Catalog } from '../../catalog/catalog.js';
import type { Content, Increment } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { MirrorFiles, MirrorRoot } from './mirror-files.js';

export interface ContentPlan {
  readonly content: Content;
  /** The catalog's generation. A plan of another generation may be out of date. */
  readonly generation: number;
  readonly root: ContentRoot;
  /** In the order of patching: the last delta gives the content. Empty where the root is the content. */
  readonly deltas: readonly Increment[];
}

export type ContentRoot = MirrorRoot | { readonly kind: 'full'; readonly increment: Increment };

/**
 * Plans how to read a content. The caller has begun a read transaction.
 * @throws CorruptError where nothing in the catalog leads to the content
 */
export function planContent(
  catalog: Catalog,
  mirrorFiles: MirrorFiles,
  content: Content,
): ContentPlan {
  const generation = catalog.repository.get().generation;
  const deltas: Increment[] = [];
  const planFrom = (root: ContentRoot): ContentPlan => ({
    content,
    generation,
    root,
    deltas: deltas.toReversed(),
  });
  const seen = new Set<number>();
  for (let id = content.id; ;) {
    if (seen.has(id)) throw unreachable(content, 'its chain runs in a circle');
    seen.add(id);
    const inMirror = mirrorFiles.rootOf(id);
    if (inMirror !== null) return planFrom(inMirror);
    const increment = catalog.increments.findByResult(id);
    if (increment === null)
      throw unreachable(content, 'it is neither in the mirror nor in an increment');
    if (increment.kind === 'full' || increment.basisId === null) {
      return planFrom({ kind: 'full', increment });
    }
    deltas.push(increment);
    id = increment.basisId;
  }
}

function unreachable(content: Content, why: string): CorruptError {
  return new CorruptError(`content ${content.id} cannot be rebuilt: ${why}`);
}
