// `info REPO` prints what the repository holds, where it comes from and what it costs. It ends with exit 20 if
// a record of a snapshot is damaged.
import { EXIT } from '../../errors.js';
import type { Invocation } from '../command.js';
import { formatRepositorySummary } from '../output/repository-summary.js';

export async function runInfo({ operands, toPath, context, output }: Invocation): Promise<number> {
  const repository = toPath(operands[0] ?? '');
  const { info } = await import('../../engine/inspect/info.js');
  const report = info({ repository }, context);
  output.result(report, formatRepositorySummary);
  output.notes(report.notes);
  return report.notes.length > 0 ? EXIT.corrupt : EXIT.done;
}
