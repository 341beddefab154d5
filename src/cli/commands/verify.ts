// `verify [-r TIME] REPO`: exit 20 where anything stored is not what the catalog says.
import { EXIT } from '../../errors.js';
import type { Invocation } from '../command.js';
import { exitCodeOf } from '../output/notes.js';
import { formatVerification } from '../output/verification.js';

export async function runVerify(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, output } = invocation;
  const repository = toPath(operands[0] ?? '');
  const time = parsed.values.get('at')?.[0] ?? null;
  const { verify } = await import('../../engine/verify.js');
  const report = await verify({ repository, time }, context);
  output.result(report, (verification) => formatVerification(verification, output.isQuiet));
  output.notes(report.notes);
  return report.problems.length > 0 ? EXIT.corrupt : exitCodeOf(report.notes);
}
