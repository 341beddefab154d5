// Which mirror files have a content, and where each of them may be. Thousands of files may have one content,
// such as empty files, and a restore asks for it once for each of them. So the answer is kept while the
// catalog's generation stays the same.
import type { Catalog } from '../../catalog/catalog.js';
import type { Content } from '../../catalog/records.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { addToGroup } from '../../system/lists/lists.js';
import { mirrorPath, stagedPath } from '../layout.js';

export interface MirrorRoot {
  readonly kind: 'mirror';
  readonly content: Content;
  /** Paths to look at in turn. While its rename is owed, a file may still be in staging. */
  readonly candidates: readonly BytePath[];
}

/** The caller has begun a read transaction before each call. */
export class MirrorFiles {
  readonly #catalog: Catalog;
  readonly #repository: BytePath;
  #generation = -1;
  /** The names in staging of the files that are still to be renamed, by their paths. */
  readonly #staged = new Map<BytePath, string[]>();
  /** By the ids of contents that several files have. */
  readonly #shared = new Map<number, MirrorRoot>();

  constructor(catalog: Catalog, repository: BytePath) {
    this.#catalog = catalog;
    this.#repository = repository;
  }

  /** Where the mirror file of a path may be: in staging while its rename is owed, then in the mirror. */
  candidatesOf(path: BytePath): BytePath[] {
    this.#refresh();
    return this.#placesOf(path);
  }

  /** Null where no mirror file has the content. */
  rootOf(contentId: number): MirrorRoot | null {
    this.#refresh();
    const known = this.#shared.get(contentId);
    if (known !== undefined) return known;
    const files = this.#catalog.versions.listNewestWithContent(contentId);
    const content = files[0]?.content ?? null;
    if (content === null) return null;
    const candidates = files.flatMap(({ path }) => this.#placesOf(path));
    const root: MirrorRoot = { kind: 'mirror', content, candidates };
    if (files.length > 1) this.#shared.set(contentId, root);
    return root;
  }

  #placesOf(path: BytePath): BytePath[] {
    const staged = this.#staged.get(path) ?? [];
    return [
      ...staged.map((name) => stagedPath(this.#repository, name)),
      mirrorPath(this.#repository, path),
    ];
  }

  #refresh(): void {
    const generation = this.#catalog.repository.get().generation;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#shared.clear();
    this.#staged.clear();
    for (const { kind, path, staged } of this.#catalog.owed.list()) {
      if (kind === 'place' && staged !== null) addToGroup(this.#staged, path, staged);
    }
  }
}
