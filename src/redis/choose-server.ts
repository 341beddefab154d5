// Which server of a service is backed up: its primary, or of its replicas the one on this machine that
// has followed furthest. Pure.
import type { SentinelSearch } from './sentinel-options.js';
import type { WatchedServer, WatchedService } from './sentinel-service.js';

export interface ServerChoice {
  readonly server: WatchedServer;
  readonly role: 'primary' | 'replica';
}

/**
 * @param isOwn whether a host is this machine: files of others cannot be read
 * @returns those that will do, the best first; the primary is always among them
 */
export function chooseServers(
  { primary, replicas }: WatchedService,
  prefers: SentinelSearch['prefers'],
  isOwn: (host: string) => boolean,
): ServerChoice[] {
  const own = replicas
    .filter(({ isUp, endpoint }) => isUp && isOwn(endpoint.host))
    .toSorted((a, b) => b.replicationOffset - a.replicationOffset)
    .map((server) => ({ server, role: 'replica' as const }));
  return [...(prefers === 'replica' ? own : []), { server: primary, role: 'primary' }];
}
