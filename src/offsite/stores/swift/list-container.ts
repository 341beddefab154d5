// Lists a container, page by page. Names and sizes come from the server, so each page and their number have a
// bound, and each page must lead on.
import { parseForeignJson, readRecords } from '../foreign-json.js';
import { foreignAnswer } from '../http/remote-failure.js';
import { toRemoteStoreError } from '../http/retry.js';
import { MOST_LISTED, tooManyListed } from '../listing.js';
import { actionOn } from '../remote-session.js';
import type { SwiftAccount } from './swift-account.js';

export interface ListedObject {
  readonly name: string;
  /** By the server's clock; 0 where it does not say. */
  readonly changedAtMs: number;
}

export interface WantedObjects {
  readonly container: string;
  readonly prefix: string;
  /** Whether names with a further slash after the prefix are left out. */
  readonly isFlat: boolean;
}

const PAGE_SIZE = 1000;
const MOST_PAGE_BYTES = 8 * 1024 * 1024;

/** Null where there is no such container. @throws RemoteStoreError */
export async function listContainer(
  account: SwiftAccount,
  { container, prefix, isFlat }: WantedObjects,
): Promise<ListedObject[] | null> {
  const { label } = account.session;
  const found: ListedObject[] = [];
  let rows = 0;
  let marker = '';
  for (;;) {
    const answer = await account.call(
      {
        action: actionOn('list', label, ''),
        method: 'GET',
        container,
        object: null,
        query: {
          format: 'json',
          limit: String(PAGE_SIZE),
          prefix,
          marker,
          ...(isFlat ? { delimiter: '/' } : {}),
        },
        expected: [200, 204, 404],
      },
      MOST_PAGE_BYTES,
    );
    if (answer.status === 404) return null;
    try {
      const page = readPage(answer.body);
      if (page.last === null) return found;
      // Swift's order is that of the bytes of UTF-8, which may be another one than that of strings.
      if (Buffer.compare(Buffer.from(page.last), Buffer.from(marker)) <= 0) {
        throw foreignAnswer('its list does not go on');
      }
      for (const object of page.objects) {
        if (!object.name.startsWith(prefix)) throw foreignAnswer('its list is of something else');
        // Not every server knows of a delimiter.
        if (!isFlat || !object.name.includes('/', prefix.length)) found.push(object);
      }
      rows += page.rows;
      if (rows > MOST_LISTED) throw tooManyListed();
      marker = page.last;
    } catch (error) {
      throw toRemoteStoreError(error, account.errandOf(actionOn('list', label, '')));
    }
  }
}

function readPage(bytes: Buffer): {
  readonly objects: readonly ListedObject[];
  /** With the folders. */
  readonly rows: number;
  /** Where the next page begins; null at the end. */
  readonly last: string | null;
} {
  const rows = bytes.length === 0 ? [] : readRecords(parseForeignJson(bytes));
  const objects: ListedObject[] = [];
  let last: string | null = null;
  for (const row of rows) {
    const name = row['name'] ?? row['subdir'];
    if (typeof name !== 'string') throw foreignAnswer('its list has something without a name');
    last = name;
    if (row['subdir'] === undefined) {
      objects.push({ name, changedAtMs: parseTime(row['last_modified']) });
    }
  }
  return { objects, rows: rows.length, last };
}

/** Swift writes UTC without saying so. */
function parseTime(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(`${value.replace(/Z$/, '')}Z`) : Number.NaN;
  return Number.isNaN(time) ? 0 : time;
}
