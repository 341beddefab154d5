// `remote list`: what a store has, by names and clear headers. It needs no key.
import type { RunContext } from '../run/run-context.js';
import { describeArchive, findArchives, openStorePlace } from './remote-archives.js';
import type { RemoteListReport } from './remote-report.js';
import type { RemoteListRequest } from './remote-request.js';

/** @throws UsageError, RemoteStoreError, SystemError */
export async function listArchives(
  { target }: RemoteListRequest,
  context: RunContext,
): Promise<RemoteListReport> {
  const place = openStorePlace(target, context);
  const archives = await findArchives(place);
  return { target: place.store.label, archives: archives.map(describeArchive) };
}
