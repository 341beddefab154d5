// Holds the directory in which a restore works open, before anything there is looked at. From then on the
// restore sees and changes that directory alone, whatever becomes of its name.
import type { BytePath } from '../../../system/files/byte-path.js';
import { type Follower, followPath, nearestParent } from '../../../system/files/follow-path.js';

export interface DestinationPlace {
  /** As it was given. */
  readonly asked: BytePath;
  /** The real path; its last parts may not exist yet. */
  readonly path: BytePath;
  /**
   * The directory in which the work directory is made, on the destination's file system: the destination
   * itself, or its nearest existing parent.
   */
  readonly workParent: BytePath;
  /** Whether `workParent` is held. False where it is a file or a link. */
  readonly isHeld: boolean;
  /** Directories that are missing above the destination, outermost first. */
  readonly missingParents: readonly BytePath[];
}

export interface HeldDestination {
  readonly place: DestinationPlace;
  release(): void;
}

/** @param isTree whether a directory is restored, which may fill a directory that exists */
export function holdDestination(
  follower: Follower,
  asked: BytePath,
  isTree: boolean,
): HeldDestination {
  const { fileSystem } = follower;
  const path = followPath(follower, asked);
  const nearest = nearestParent(fileSystem, path);
  const isFilled = isTree && fileSystem.stat(path) !== null;
  const workParent = isFilled ? path : nearest.parent;
  const held =
    fileSystem.stat(workParent)?.isDirectory() === true ? fileSystem.hold(workParent) : null;
  const isHeld = held !== null;
  const place = { asked, path, workParent, isHeld, missingParents: nearest.missing };
  return { place, release: () => held?.release() };
}
