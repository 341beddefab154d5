// The URL of a server in a place where a path is expected. It may hold a password, so no message repeats it.
import { UsageError } from '../../errors.js';

/** How the URL of a server begins. */
export const SERVER_URL = /^(?:rediss?|valkeys?|unix):\/\//i;

export function misplacedUrl(): UsageError {
  return new UsageError('the URL of a server stands where a path is expected', {
    hint: "give the URL with '--redis URL'",
  });
}
