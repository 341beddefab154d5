// Compares the catalog with names and sizes, and reads no bytes: each file that a content needs is there,
// is a regular file, and has the recorded size. A fault found here is certain. A file without such a fault
// may still be damaged.
import type { Content, Increment } from '../../catalog/records.js';
import { incrementPath } from '../../repository/layout.js';
import type { ContentSources } from '../../repository/questions/questions.js';
import type { OpenRepository } from '../../repository/repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { addToGroup } from '../../system/lists/lists.js';
import { showPath } from '../run/notes.js';
import type { VerifyProblem } from './verify-report.js';
import type { LostContents, VerifyScope } from './verify-scope.js';

export interface SizeVerification {
  /** Contents that certainly cannot be rebuilt. */
  readonly lost: LostContents;
  /** Damaged mirror files whose content another mirror file has, by the id of the content. */
  readonly spare: ReadonlyMap<number, VerifyProblem[]>;
}

export function verifySizes(repository: OpenRepository, scope: VerifyScope): SizeVerification {
  const sources = repository.contentSources();
  const spare = new Map<number, VerifyProblem[]>();
  const mirrored = inspectMirrorFiles(repository, sources, spare);
  const byResult = new Map(sources.increments.map((item) => [item.resultId, item]));
  const known = new Map<number, string | null>();
  const lost = new Map<number, string>();
  for (const id of scope.contents.keys()) {
    const fault = faultOf({ repository, mirrored, byResult, known }, id);
    if (fault !== null) lost.set(id, fault);
  }
  return { lost, spare };
}

interface Mirrored {
  /** What is wrong with every file that should have the content; null if one is as it should be. */
  readonly fault: string | null;
  /** Whether no file is left from which older contents could be rebuilt. */
  readonly isGone: boolean;
}

function inspectMirrorFiles(
  repository: OpenRepository,
  { mirror }: ContentSources,
  spare: Map<number, VerifyProblem[]>,
): Map<number, Mirrored> {
  const files = new Map<number, (Mirrored & { readonly path: string })[]>();
  for (const { path, content, candidates } of mirror) {
    const shown = showPath(path);
    const found = inspectFile(repository, candidates, shown, content);
    addToGroup(files, content.id, { path: shown, ...found });
  }
  const mirrored = new Map<number, Mirrored>();
  for (const [id, copies] of files) {
    const whole = copies.find(({ fault }) => fault === null);
    const best = whole ?? copies.find(({ isGone }) => !isGone) ?? copies[0];
    if (best !== undefined) mirrored.set(id, best);
    if (whole === undefined) continue;
    const damaged = copies.filter(({ fault }) => fault !== null);
    spare.set(
      id,
      damaged.map(({ path, fault }) => spareProblem(path, fault ?? '')),
    );
  }
  return mirrored;
}

function inspectFile(
  { fileSystem }: OpenRepository,
  candidates: readonly BytePath[],
  shown: string,
  { sizeBytes }: Content,
): Mirrored {
  const name = `the mirror file '${shown}'`;
  const stats = candidates
    .map((candidate) => fileSystem.stat(candidate))
    .filter((stat) => stat?.isFile());
  const [stat] = stats;
  if (stat === undefined || stat === null) return { fault: `${name} is gone`, isGone: true };
  if (Number(stat.size) >= sizeBytes) return { fault: null, isGone: false };
  const fault = `${name} has ${stat.size} bytes, but should have ${sizeBytes}`;
  return { fault, isGone: false };
}

/** A damaged file of the mirror that is not the only one with its content. */
export function spareProblem(path: string, fault: string): VerifyProblem {
  const message = `${fault}; another mirror file has the same content and is whole`;
  return { path, snapshots: [], kind: 'mirror-content', message };
}

/** What a search for broken chains works with. */
interface ChainSearch {
  readonly repository: OpenRepository;
  readonly mirrored: ReadonlyMap<number, Mirrored>;
  readonly byResult: ReadonlyMap<number, Increment>;
  /** What has been found of contents so far; null for a whole one. */
  readonly known: Map<number, string | null>;
}

/** Follows the chain of a content to its root, and remembers the outcome for the whole chain. */
function faultOf(
  { repository, mirrored, byResult, known }: ChainSearch,
  id: number,
): string | null {
  const own = mirrored.get(id);
  if (own !== undefined) return own.fault;
  const chain: number[] = [];
  let fault: string | null = null;
  for (let at: number | null = id; at !== null;) {
    const root = mirrored.get(at);
    const found = root === undefined ? known.get(at) : root.isGone ? root.fault : null;
    if (found !== undefined) {
      fault = found;
      break;
    }
    chain.push(at);
    // A chain that runs in a circle meets this value.
    known.set(at, UNREACHABLE);
    const increment: Increment | undefined = byResult.get(at);
    fault = increment === undefined ? UNREACHABLE : incrementFault(repository, increment);
    at = fault === null ? (increment?.basisId ?? null) : null;
  }
  for (const passed of chain) known.set(passed, fault);
  return fault;
}

export const UNREACHABLE = 'it is neither in the mirror nor in an increment';

function incrementFault(
  { fileSystem, path }: OpenRepository,
  { id, storedBytes }: Increment,
): string | null {
  const stat = fileSystem.stat(incrementPath(path, id));
  if (stat?.isFile() !== true) return `increment ${id} is gone`;
  if (Number(stat.size) === storedBytes) return null;
  return `increment ${id} has ${stat.size} bytes, but should have ${storedBytes}`;
}
