// `info REPO` prints what the repository holds, where it comes from and what it costs.
import { EXIT } from '../../errors.js';
import type { Invocation } from '../command.js';
import { formatRepositorySummary } from '../output/repository-summary.js';

export async function runInfo({ operands, toPath, context, output }: Invocation): Promise<number> {
  const repository = toPath(operands[0] ?? '');
  const { info } = await import('../../engine/inspect/info.js');
  output.result(info({ repository }, context), formatRepositorySummary);
  return EXIT.done;
}
