// `restore [-r TIME] REPO[/PATH] DEST` brings back PATH, or everything. Without -r it uses the newest
// snapshot.
import type {
  ArchiveRestoreRequest,
  RestoreRequest,
  RestoreWishes,
} from '../../engine/restore/restore-request.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { Invocation, ToPath } from '../command.js';
import { refuseArchiveOptions, toReadArchive } from '../options/archive-requests.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { exitCodeOf } from '../output/notes.js';
import { formatRestoreStatistics } from '../output/statistics.js';

export async function runRestore(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, output } = invocation;
  if (parsed.counts.has('from')) return runRestoreFromArchive(invocation);
  refuseArchiveOptions(parsed);
  const request = toRestoreRequest(parsed, operands, toPath);
  const { restore } = await import('../../engine/restore/restore.js');
  const report = await restore(request, context);
  output.account(report, formatRestoreStatistics);
  output.notes(report.notes);
  return exitCodeOf(report.notes);
}

async function runRestoreFromArchive(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const request = toArchiveRestoreRequest(invocation);
  const { restoreFromArchive } = await import('../../engine/restore/restore-from-archive.js');
  const report = await restoreFromArchive(request, context);
  output.account(report, formatRestoreStatistics);
  output.notes(report.notes);
  return exitCodeOf(report.notes);
}

/** @throws UsageError */
export function toArchiveRestoreRequest(
  invocation: Pick<Invocation, 'parsed' | 'operands' | 'toPath' | 'environment' | 'pipes'>,
): ArchiveRestoreRequest {
  const { parsed, operands, toPath } = invocation;
  const destination = operands.at(-1) ?? '';
  return {
    ...toReadArchive(invocation),
    path: operands.length === 2 ? (operands[0] ?? '') : null,
    ...toWishes(parsed, destination, toPath),
  };
}

/** @throws UsageError for a path that makes no sense. */
export function toRestoreRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
): RestoreRequest {
  const [repositoryPath = '', destination = ''] = operands;
  return {
    repositoryPath: formatPath(toPath(repositoryPath)),
    time: parsed.values.get('at')?.[0] ?? 'now',
    ...toWishes(parsed, destination, toPath),
  };
}

function toWishes(parsed: ParsedArguments, destination: string, toPath: ToPath): RestoreWishes {
  return {
    destination: toPath(destination),
    isDirectoryNamed: /(?:^|\/)\.{0,2}$/.test(destination),
    force: parsed.counts.has('force'),
    setDestination: parsed.counts.has('set-dest'),
    owner: parsed.values.get('chown')?.[0] ?? null,
  };
}
