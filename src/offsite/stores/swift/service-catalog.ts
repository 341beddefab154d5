// Finds Swift in the catalog of services that Keystone gives with a token: by its type, interface and region.
import { isRecord } from '../foreign-json.js';
import { RemoteFailure } from '../http/remote-failure.js';
import type { KeystoneAccess } from './swift-access.js';

interface CatalogEndpoint {
  readonly url: string;
  readonly region: string;
}

/** @throws RemoteFailure where there is none, or more than one region to choose from */
export function findObjectStore(
  catalog: unknown,
  access: Pick<KeystoneAccess, 'interface' | 'region'>,
): string {
  const services = Array.isArray(catalog) ? catalog.filter(isRecord) : [];
  const store = services.filter((service) => service['type'] === 'object-store');
  const endpoints = store.flatMap((service) => endpointsOf(service, access.interface));
  if (endpoints.length === 0) {
    throw new RemoteFailure('missing', 'Keystone knows of no Swift for this project', {
      hint: `ask whoever runs the cloud for a service of type object-store with the interface '${access.interface}' (OS_INTERFACE)`,
    });
  }
  const chosen = endpoints.filter(({ region }) => region === (access.region ?? region));
  const [first, ...others] = chosen;
  if (first === undefined || others.some(({ region }) => region !== first.region)) {
    throw new RemoteFailure(
      'missing',
      access.region === null
        ? 'Keystone knows Swift in several regions'
        : 'Keystone knows no Swift in the region of OS_REGION_NAME',
      { hint: `set OS_REGION_NAME to one of: ${regionsOf(endpoints)}` },
    );
  }
  return first.url;
}

function endpointsOf(service: Record<string, unknown>, wanted: string): CatalogEndpoint[] {
  const endpoints = Array.isArray(service['endpoints'])
    ? service['endpoints'].filter(isRecord)
    : [];
  return endpoints.flatMap((endpoint) => {
    const region = endpoint['region_id'] ?? endpoint['region'] ?? '';
    const { url } = endpoint;
    const isWanted = endpoint['interface'] === wanted;
    return isWanted && typeof url === 'string' && typeof region === 'string'
      ? [{ url, region }]
      : [];
  });
}

/** Foreign text: only what looks like the name of a region is shown. */
function regionsOf(endpoints: readonly CatalogEndpoint[]): string {
  const names = new Set(endpoints.map(({ region }) => region));
  return [...names]
    .filter((name) => /^[\w.-]{1,64}$/.test(name))
    .slice(0, 20)
    .join(', ');
}
