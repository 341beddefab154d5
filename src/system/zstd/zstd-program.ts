// Compresses a stream of bytes by Debian's program zstd. Its build is faster than that of the addon, and it works beside this
// process on another core (docs/performance.md, "An export").
import { SystemError } from '../../errors.js';
import { filterThrough } from '../programs/filter-program.js';
import { runProgram } from '../programs/run-program.js';

const PROGRAM = 'zstd';

/** Whether it is installed. */
export function hasZstdProgram(): boolean {
  try {
    return runProgram(PROGRAM, ['--version']).code === 0;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/**
 * The bytes of one frame, with a checksum of its content.
 * @throws SystemError where the program fails; errors of `chunks`
 */
export function compressWithProgram(
  chunks: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  return filterThrough(
    {
      command: PROGRAM,
      args: [`-${level}`, '--check', '--quiet', '--stdout'],
      onFailure: (code, stderr) => {
        const reason = stderr === '' ? `it ended with exit code ${code}` : stderr;
        return new SystemError({
          operation: 'compress with',
          object: PROGRAM,
          path: null,
          errno: '',
          reason: reason.replaceAll(/\s+/g, ' '),
        });
      },
    },
    chunks,
  );
}
