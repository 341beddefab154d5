// The server that is to be backed up, found and connected: by the options that say where it is, or by
// Sentinels that know it. Nothing is asked of it but what it says of itself.
import { UsageError } from '../errors.js';
import { type LiveServer, openLiveServer } from '../redis/live-server.js';
import { openBySentinel } from '../redis/open-by-sentinel.js';
import { parseSentinelSearch } from '../redis/sentinel-options.js';
import { type Endpoint, type ServerAddress, parseServerAddress } from '../redis/server-address.js';
import { type BytePath, formatPath } from '../system/byte-path.js';
import { readSmallFile } from '../system/read-small-file.js';
import { Secret } from '../system/secret.js';
import type { ServerRequest } from './requests.js';
import type { RunContext } from './run-context.js';

/**
 * @param source SOURCE, where it was named
 * @returns a server whose connection the caller closes
 * @throws UsageError for options that make no sense, ServerError, SystemError
 */
export async function contactServer(
  request: ServerRequest,
  source: BytePath | null,
  context: RunContext,
): Promise<LiveServer> {
  const { sentinel } = request;
  const read = (file: BytePath | null): Secret | null =>
    file === null ? null : readPassword(context, file);
  const options = { ...request, password: read(request.passFile) ?? request.password };
  const open = async (address: ServerAddress): Promise<LiveServer> =>
    openAddress(address, request, source, context);
  const { environmentPassword, waitTimeoutMs } = request;
  if (sentinel === null) return open(parseServerAddress(options, environmentPassword));
  requireNoPlace(request);
  const { fileSystem, clock, checkpoint } = context;
  const search = parseSentinelSearch(sentinel);
  const access = { ...options, user: sentinel.user, password: read(sentinel.passFile) };
  return openBySentinel(
    {
      search,
      addressOf: (endpoint) => addressAt(endpoint, access, null),
      openServer: async (endpoint) => open(addressAt(endpoint, options, environmentPassword)),
      waitTimeoutMs,
      onWaiting: () =>
        context.onProgress({ phase: 'failing over', path: null, doneBytes: 0, totalBytes: 0 }),
    },
    { fileSystem, clock, checkpoint },
  );
}

async function openAddress(
  address: ServerAddress,
  { configuration, waitTimeoutMs }: ServerRequest,
  source: BytePath | null,
  context: RunContext,
): Promise<LiveServer> {
  const { fileSystem, clock, checkpoint, onProgress } = context;
  return openLiveServer(
    {
      address,
      configuration,
      source,
      waitTimeoutMs,
      onLoading: (doneBytes, totalBytes) =>
        onProgress({ phase: 'loading', path: null, doneBytes, totalBytes }),
    },
    { fileSystem, clock, checkpoint },
  );
}

/** The address of a place that was found, spoken to as the options say. */
function addressAt(
  endpoint: Endpoint,
  options: ServerRequest,
  environmentPassword: Secret | null,
): ServerAddress {
  return { ...parseServerAddress(options, environmentPassword), endpoint };
}

function requireNoPlace({ url, host, port, socket }: ServerRequest): void {
  if (url === null && host === null && port === null && socket === null) return;
  throw new UsageError('Sentinels say where the server is, and so do --redis, -h, -p and -s', {
    hint: 'leave --sentinel out, or the others; --tls speaks TLS with both',
  });
}

/** The first line of a file. */
function readPassword({ fileSystem }: RunContext, path: BytePath): Secret {
  const [line = ''] = readSmallFile(fileSystem, path).toString('utf8').split(/\r?\n/);
  if (line !== '') return new Secret(line);
  throw new UsageError(`the password file '${formatPath(path)}' has no password in its first line`);
}
