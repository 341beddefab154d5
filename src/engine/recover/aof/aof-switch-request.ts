// What `aof enable` and `aof disable` are asked to do.
import type { ServerRequest } from '../../server/server-request.js';

export interface AofSwitchRequest {
  readonly action: 'enable' | 'disable';
  readonly serverRequest: ServerRequest;
  /** Go on without the room for the files, and where nothing would be persisted from then on. */
  readonly force: boolean;
}
