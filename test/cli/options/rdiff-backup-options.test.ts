// The words of rdiff-backup that this program does not have get a hint of their own.
import test from 'ava';
import { parseArguments } from '../../../src/cli/options/parse-arguments.js';
import { REFUSED_OPTIONS } from '../../../src/cli/options/rdiff-backup-options.js';
import { UsageError } from '../../../src/errors.js';

for (const line of [
  '--compare /s /r',
  '--compare-full-at-time 3D /s /r',
  'compare --method full /s /r',
  '--calculate-average /r',
  '--check-destination-dir /r',
  '--exclude-special-files /s /r',
  '--restrict-read-only /r server',
  'list increments --size /r',
]) {
  test(`'${line}' has a hint that says what to do`, (t) => {
    const error = t.throws(() => parseArguments(line.split(' ')), { instanceOf: UsageError });
    const name = /^unknown option '-+(.*)'$/.exec(error?.message ?? '')?.[1] ?? '';
    t.is(error?.hint, REFUSED_OPTIONS.get(name));
  });
}
