// Makes the store of a target. Nothing is contacted yet.
import type { StoreTarget } from '../target.js';
import { FileStore } from './file/file-store.js';
import type { StoreContext } from './store-context.js';
import type { ArchiveStore } from './store.js';
import { SwiftStore } from './swift/swift-store.js';

/** @throws UsageError where the environment does not say how to log in */
export function openStore(target: StoreTarget, context: StoreContext): ArchiveStore {
  switch (target.kind) {
    case 'file':
      return new FileStore(target, context);
    case 'swift':
      return new SwiftStore(target, context);
    case 's3':
      throw new Error('not yet');
  }
}
