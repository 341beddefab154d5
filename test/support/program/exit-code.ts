// How a use case ends, as the exit code that the program would give.
import type { Note } from '../../../src/engine/run/notes.js';
import type { VerifyProblem } from '../../../src/engine/verify/verify-report.js';
import { EXIT, RewindError } from '../../../src/errors.js';

interface Report {
  readonly notes?: readonly Note[];
  readonly problems?: readonly VerifyProblem[];
}

/** @throws what is no failure that a user can meet */
export async function exitCode(run: () => object | Promise<object>): Promise<number> {
  try {
    const { notes = [], problems = [] }: Report = await run();
    if (problems.length > 0) return EXIT.corrupt;
    return notes.some(({ severity }) => severity === 'look') ? EXIT.needsALook : EXIT.done;
  } catch (error) {
    if (error instanceof RewindError) return error.exitCode;
    throw error;
  }
}
