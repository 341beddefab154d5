// Makes the directories, files and links of a restore in its work directory. Each file is proved by its
// digest, and fsynced.
import type { BytePath } from '../../system/files/byte-path.js';
import { WriteBehind } from '../../system/files/write-behind.js';
import { writeSparsely } from '../../system/files/write-sparsely.js';
import { showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import type { MadeEntry } from './plan-making.js';
import type { RestorePlan } from './plan-restore.js';
import type { RestoreSource } from './restore-source.js';

/** @throws CorruptError, SystemError, InterruptedError. What has been made is left for the caller to delete. */
export async function rebuildEntries(
  { made, totalBytes }: RestorePlan,
  source: RestoreSource,
  context: RunContext,
): Promise<void> {
  let doneBytes = 0;
  const onBytes = (path: BytePath, count: number): void => {
    doneBytes += count;
    context.onProgress({ phase: 'restoring', path: showPath(path), doneBytes, totalBytes });
  };
  for (const item of made) {
    await context.checkpoint();
    const { type, linkTarget } = item.entry;
    if (type === 'directory') context.fileSystem.makeDirectory(item.path, 0o700);
    else if (linkTarget !== null) context.fileSystem.makeLink(linkTarget, item.path);
    else await rebuildFile(item, source, context, onBytes);
  }
  await source.finish();
}

async function rebuildFile(
  { entry, path }: MadeEntry,
  source: RestoreSource,
  { fileSystem }: RunContext,
  onBytes: (path: BytePath, count: number) => void,
): Promise<void> {
  const file = fileSystem.open(path, 'create');
  const behind = new WriteBehind(fileSystem, file);
  let position = 0;
  try {
    await source.read(entry, (bytes) => {
      writeSparsely(fileSystem, file, bytes, position);
      behind.wrote(bytes.length);
      position += bytes.length;
      onBytes(entry.path, bytes.length);
    });
    await behind.settle();
    fileSystem.sync(file);
  } finally {
    // The file must not be closed while an fsync runs. A failed fsync has thrown above already.
    await behind.settle().catch(() => {});
    fileSystem.close(file);
  }
}
