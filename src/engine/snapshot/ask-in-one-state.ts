// Several questions to a repository whose answers must be of one state: asked again where a writer has
// changed the catalog between them. A question that depends on the answer to another one needs this;
// otherwise there is one question for both.
import type { OpenRepository } from '../../repository/repository.js';

/** @param ask asks and answers without effects; may be run several times */
export function askInOneState<T>(repository: OpenRepository, ask: () => T): T {
  for (;;) {
    const generation = repository.generation();
    try {
      const answer = ask();
      if (repository.generation() === generation) return answer;
    } catch (error) {
      if (repository.generation() === generation) throw error;
    }
  }
}
