// `export [-r TIME] REPO TARGET` writes one snapshot as an archive. Without -r it uses the newest one.
import type { ExportRequest } from '../../engine/export/export-request.js';
import { outputOf } from '../byte-pipes.js';
import type { Invocation } from '../command.js';
import { toSealingRequest, toTargetRequest } from '../options/archive-requests.js';
import { exitCodeOf } from '../output/notes.js';
import { formatExportStatistics } from '../output/statistics.js';

export async function runExport(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const request = toExportRequest(invocation);
  const { exportSnapshot } = await import('../../engine/export/export.js');
  const report = await exportSnapshot(request, context);
  output.account(report, formatExportStatistics);
  output.notes(report.notes);
  return exitCodeOf(report.notes);
}

/** @throws UsageError for a path that makes no sense */
export function toExportRequest(
  invocation: Pick<Invocation, 'parsed' | 'operands' | 'toPath' | 'environment' | 'pipes'>,
): ExportRequest {
  const { parsed, operands, toPath, pipes } = invocation;
  const [repository = '', target = ''] = operands;
  return {
    repository: toPath(repository),
    time: parsed.values.get('at')?.[0] ?? 'now',
    target: toTargetRequest(target, invocation),
    sealing: toSealingRequest(parsed, toPath),
    force: parsed.counts.has('force'),
    pipe: target === '-' ? outputOf(pipes, parsed.counts.has('json')) : null,
  };
}
