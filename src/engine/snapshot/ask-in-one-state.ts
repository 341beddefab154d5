// Several questions to a repository whose answers must be of one state: asked again where a writer has
// changed the catalog between them. A question that depends on the answer to another one needs this;
// otherwise there is one question for both.
import { CorruptError } from '../../errors.js';
import { MOST_ATTEMPTS } from '../../repository/most-attempts.js';
import type { OpenRepository } from '../../repository/repository.js';

/**
 * @param ask asks and answers without effects; may be run several times
 * @throws CorruptError where no state lasts
 */
export function askInOneState<T>(repository: OpenRepository, ask: () => T): T {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const generation = repository.generation();
    try {
      const answer = ask();
      if (repository.generation() === generation) return answer;
    } catch (error) {
      if (repository.generation() === generation) throw error;
    }
  }
  throw new CorruptError('the catalog does not stay as it is while it is read', {
    path: repository.path,
    hint: "'redis-rewind verify REPO' shows whether it is damaged",
  });
}
