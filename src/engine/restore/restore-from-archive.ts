// One restore from an archive. All that `restore` promises holds here too.
import { type BytePath, ROOT, joinPath, parsePath } from '../../system/files/byte-path.js';
import { parseOwner } from '../../system/files/metadata/owners.js';
import { readOpeningKeys } from '../archive/archive-keys.js';
import { openPlace } from '../archive/archive-place.js';
import type { RunContext } from '../run/run-context.js';
import { openArchiveSource, openIncoming } from './read-from-archive.js';
import type { ArchiveRestoreReport } from './restore-report.js';
import type { ArchiveRestoreRequest } from './restore-request.js';
import { restoreFrom } from './restore.js';

/** @throws RewindError, with the destination unchanged */
export async function restoreFromArchive(
  request: ArchiveRestoreRequest,
  context: RunContext,
): Promise<ArchiveRestoreReport> {
  const startedMs = context.clock.monotonicMs();
  const owner = request.owner === null ? null : parseOwner(request.owner);
  const place = openPlace(request.archive, context);
  const keys = readOpeningKeys(request.opening, context.fileSystem);
  const incoming = await openIncoming(place, request.pipe);
  try {
    const source = await openArchiveSource(incoming, keys, context);
    try {
      const path = request.path === null ? ROOT : plainPath(parsePath(request.path));
      const wanted = { ...request, path, owner, startedMs };
      const outcome = await restoreFrom(source, wanted, context);
      return { archive: source.label, snapshot: source.snapshot, ...outcome };
    } finally {
      await source.close();
    }
  } finally {
    incoming.close();
  }
}

/** PATH as the manifest has it: people may begin it with `/` or `./`, and end it with a slash. */
function plainPath(path: BytePath): BytePath {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.reduce<BytePath>((whole, name) => joinPath(whole, name), ROOT);
}
