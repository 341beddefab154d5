// Makes the store of a target. Nothing is contacted yet.
import type { StoreTarget } from '../target.js';
import { FileStore } from './file/file-store.js';
import { S3Store } from './s3/s3-store.js';
import type { StoreContext } from './store-context.js';
import type { ArchiveStore } from './store.js';
import { SwiftStore } from './swift/swift-store.js';

/** @throws UsageError where the environment does not say how to log in */
export function openStore(target: StoreTarget, context: StoreContext): ArchiveStore {
  if (target.kind === 'file') return new FileStore(target, context);
  return target.kind === 'swift' ? new SwiftStore(target, context) : new S3Store(target, context);
}
