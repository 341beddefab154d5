// Contacts the server of a backup before anything is made, and decides how it will save.
import { parseSaveMode, planSave } from '../../redis/capture/plan-save.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import { contactServer } from './contact-server.js';
import { PreparedServer } from './prepared-server.js';
import type { ServerRequest } from './server-request.js';

/** @throws UsageError for options that make no sense, ServerError, SystemError */
export async function prepareServer(
  request: ServerRequest,
  namedSource: BytePath | null,
  context: RunContext,
): Promise<PreparedServer> {
  const mode = parseSaveMode(request.save);
  const liveServer = await contactServer(request, namedSource, context);
  try {
    const { connection, facts, settings } = liveServer;
    const plan = planSave(mode, connection.address, facts, settings);
    return new PreparedServer(liveServer, plan, request.keepDump, context);
  } catch (error) {
    liveServer.connection.close();
    throw error;
  }
}
