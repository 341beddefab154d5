// Archives in a container of OpenStack Swift.
import { RemoteStoreError } from '../../../errors.js';
import type { SwiftTarget } from '../../target.js';
import { formatTarget } from '../../target.js';
import { parseHeaders } from '../archive-headers.js';
import { readAuthorities } from '../credentials.js';
import { isArchive, isName } from '../listing.js';
import { actionOn, mapSome, openSessions } from '../remote-session.js';
import type { Spool } from '../segments/segment-buffer.js';
import type { StoreContext } from '../store-context.js';
import type { ArchiveStore, IncomingArchive, OutgoingArchive, StoredArchive } from '../store.js';
import { checkInSwift } from './check-in-swift.js';
import { listContainer } from './list-container.js';
import { putInSwift } from './put-in-swift.js';
import { downloadObject } from './read-from-swift.js';
import { SharedLogin, SwiftAccount } from './swift-account.js';
import { parseSwiftAccess, swiftAdvice } from './swift-access.js';
import { removeLeftoversOf, removeOldLeftovers } from './swift-leftovers.js';
import { type SwiftHead, SwiftObjects } from './swift-objects.js';

export class SwiftStore implements ArchiveStore {
  readonly label: string;
  readonly #objects: SwiftObjects;
  readonly #tidying: SwiftObjects;
  readonly #spool: Spool;
  readonly #segmentBytes: number | null;

  /** Contacts nobody yet. @throws UsageError where the environment does not say how to log in */
  constructor(target: SwiftTarget, context: StoreContext) {
    this.label = formatTarget({ ...target, name: null });
    const { environment, fileSystem, options } = context;
    const access = parseSwiftAccess(environment);
    const authorities = readAuthorities(fileSystem, environment, 'OS_CACERT');
    const named = { label: this.label, advice: swiftAdvice(access) };
    const { usual, tidying } = openSessions(context, authorities, named);
    const login = new SharedLogin();
    this.#objects = new SwiftObjects(new SwiftAccount(usual, access, login), target);
    this.#tidying = new SwiftObjects(new SwiftAccount(tidying, access, login), target);
    this.#spool = { fileSystem, folder: options.spoolFolder };
    this.#segmentBytes = options.segmentBytes;
  }

  async put(name: string, outgoing: OutgoingArchive): Promise<StoredArchive> {
    const put = {
      objects: this.#objects,
      tidying: this.#tidying,
      spool: this.#spool,
      segmentBytes: this.#segmentBytes,
    };
    return toStored(name, await putInSwift(put, name, outgoing));
  }

  async get(name: string): Promise<IncomingArchive> {
    const { account, place } = this.#objects;
    const { head, chunks, close } = await downloadObject(
      account,
      actionOn('read', this.label, name),
      {
        container: place.container,
        object: this.#objects.objectOf(name),
      },
    );
    return { archive: toStored(name, head), chunks, close };
  }

  async list(): Promise<readonly StoredArchive[]> {
    const { account, place } = this.#objects;
    const listed = await listContainer(account, { ...place, isFlat: true });
    if (listed === null) throw this.#noContainer();
    const names = listed.map(({ name }) => name.slice(place.prefix.length)).filter(isName);
    const archives = await mapSome(names, async (name) => {
      const head = await this.#objects.head(name);
      return head === null ? null : toStored(name, head);
    });
    return archives.filter((archive) => archive !== null).filter(isArchive);
  }

  /** The object goes first, so that an archive whose segments are being removed is not listed. */
  async remove(name: string): Promise<void> {
    await this.#objects.removeObject(name);
    await removeLeftoversOf(this.#objects, name);
  }

  async checkStored(name: string): Promise<readonly string[]> {
    return checkInSwift(this.#objects, name);
  }

  async removeLeftovers(): Promise<number> {
    return removeOldLeftovers(this.#objects);
  }

  #noContainer(): RemoteStoreError {
    const { container } = this.#objects.place;
    return new RemoteStoreError('missing', `there is no container '${container}'`, {
      store: this.label,
      hint: 'check its name; the first export makes it',
    });
  }
}

function toStored(name: string, head: SwiftHead): StoredArchive {
  return {
    name,
    sizeBytes: head.sizeBytes,
    storedAtMs: head.changedAtMs,
    headers: parseHeaders(head.metadata),
  };
}
