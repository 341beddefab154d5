// One verification as its steps are given it.
import type { OpenRepository } from '../../repository/repository.js';
import type { RunContext } from '../run/run-context.js';
import type { VerifyScope } from './verify-scope.js';

export interface VerifyRun {
  readonly repository: OpenRepository;
  readonly scope: VerifyScope;
  readonly context: RunContext;
}
