// `remote verify`: whether archives are as they were sent. With a key, or where an archive is not encrypted, every byte is read
// and every digest compared. Without one, what the store says of its bytes is compared with what was sent, and some are read.
import { CorruptError, NewerFormatError, RemoteStoreError, UsageError } from '../../errors.js';
import { parseArchiveName } from '../../offsite/archive-name.js';
import type { OpeningKeys } from '../../offsite/archive/archive-keys.js';
import type { StoredArchive } from '../../offsite/stores/store.js';
import { readOpeningKeys } from '../archive/archive-keys.js';
import type { StorePlace } from '../archive/archive-place.js';
import { type Note, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { readWholeArchive } from './read-whole-archive.js';
import { describeArchive, findArchives, openStorePlace } from './remote-archives.js';
import type { RemoteVerifyReport, VerifiedArchive } from './remote-report.js';
import type { RemoteVerifyRequest } from './remote-request.js';

/** @throws UsageError, RemoteStoreError, SystemError */
export async function verifyArchives(
  { target, opening }: RemoteVerifyRequest,
  context: RunContext,
): Promise<RemoteVerifyReport> {
  const startedMs = context.clock.monotonicMs();
  const place = openStorePlace(target, context);
  const keys = readOpeningKeys(opening, context.fileSystem);
  const archives = await findArchives(place);
  const run = new Verification(place, keys, context, archives);
  const verified: VerifiedArchive[] = [];
  if (archives.length === 0) {
    const text = `'${place.store.label}' holds no archive`;
    run.notes.push(lookNote('no-snapshot', null, text, 'check the name of the place'));
  }
  for (const archive of archives) verified.push(await run.verify(archive));
  return {
    target: place.store.label,
    archives: verified,
    damaged: verified.filter(({ problems }) => problems.length > 0).length,
    bytesRead: run.bytesRead,
    elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
    notes: run.notes,
  };
}

type Verdict = Pick<VerifiedArchive, 'checked' | 'problems'>;

class Verification {
  readonly notes: Note[] = [];
  bytesRead = 0;
  readonly #place: StorePlace;
  readonly #keys: OpeningKeys;
  readonly #context: RunContext;
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(
    place: StorePlace,
    keys: OpeningKeys,
    context: RunContext,
    archives: readonly StoredArchive[],
  ) {
    this.#place = place;
    this.#keys = keys;
    this.#context = context;
    this.#totalBytes = archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async verify(archive: StoredArchive): Promise<VerifiedArchive> {
    this.#show(archive, 0);
    const verdict = this.#isReadable(archive)
      ? await this.#readAll(archive)
      : await this.#checkStored(archive);
    this.#doneBytes += archive.sizeBytes;
    this.#show(archive, 0);
    return { ...describeArchive(archive), ...verdict };
  }

  /** Whether there may be a key that opens it, or it needs none. */
  #isReadable({ name }: StoredArchive): boolean {
    const { identities, passphrase } = this.#keys;
    const hasKeys = identities.length > 0 || passphrase !== null;
    return hasKeys || parseArchiveName(name)?.isEncrypted === false;
  }

  async #readAll(archive: StoredArchive): Promise<Verdict> {
    const { store } = this.#place;
    try {
      const problems = await readWholeArchive(store, archive, {
        keys: this.#keys,
        checkpoint: this.#context.checkpoint,
        onRead: (bytes) => {
          this.bytesRead += bytes.length;
          this.#show(archive, bytes.total);
        },
      });
      return { checked: 'all', problems };
    } catch (error) {
      if (error instanceof CorruptError || error instanceof NewerFormatError) {
        return { checked: 'all', problems: [error.message] };
      }
      if (error instanceof UsageError) return this.#checkUnopened(archive, error);
      if (error instanceof RemoteStoreError) return this.#explain(archive, error);
      throw error;
    }
  }

  /** A store that has lost a part of an archive cannot send it. What it says of the parts tells this from a store that is away. */
  async #explain(archive: StoredArchive, error: RemoteStoreError): Promise<Verdict> {
    const verdict = await this.#checkStored(archive);
    if (verdict.problems.length === 0) throw error;
    return verdict;
  }

  async #checkUnopened(archive: StoredArchive, { message, hint }: UsageError): Promise<Verdict> {
    const text = `'${archive.name}' was not read: ${message}`;
    this.notes.push(lookNote('not-opened', null, text, hint ?? null));
    return this.#checkStored(archive);
  }

  async #checkStored({ name }: StoredArchive): Promise<Verdict> {
    const { store, isRemote } = this.#place;
    return { checked: isRemote ? 'stored' : 'read', problems: await store.checkStored(name) };
  }

  #show({ name, sizeBytes }: StoredArchive, readBytes: number): void {
    const doneBytes = this.#doneBytes + Math.min(readBytes, sizeBytes);
    const totalBytes = Math.max(this.#totalBytes, doneBytes);
    this.#context.onProgress({ phase: 'verifying', path: name, doneBytes, totalBytes });
  }
}
