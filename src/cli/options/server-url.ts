// The URL of a server where something else belongs. It may hold a password, so no message repeats it.
import { UsageError } from '../../errors.js';

/** What a server's address looks like. */
export const SERVER_URL = /^(?:rediss?|valkeys?|unix):\/\//i;

export function misplacedUrl(): UsageError {
  return new UsageError('the URL of a server stands where a path belongs', {
    hint: "it is given with '--redis URL'",
  });
}
