// `status REPO…` says for a monitor whether all is well: exit 0, or 3 with a line that says what is not.
import { EXIT } from '../../errors.js';
import type { Invocation } from '../command.js';
import type { OptionName } from '../options/option-table.js';
import { parseSpan } from '../options/parse-span.js';
import { formatStatus } from '../output/repository-status.js';

export async function runStatus(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, output } = invocation;
  const span = (name: OptionName): number | null => {
    const text = parsed.values.get(name)?.[0];
    return text === undefined ? null : parseSpan(name, text);
  };
  const request = {
    repositories: operands.map(toPath),
    maxAgeSeconds: span('max-age'),
    maxVerifyAgeSeconds: span('max-verify-age'),
  };
  const { status } = await import('../../engine/inspect/status.js');
  const { report, error } = status(request, context);
  output.result(report, (found) => formatStatus(found, output));
  if (error !== null) return error.exitCode;
  return report.isWell ? EXIT.done : EXIT.needsALook;
}
