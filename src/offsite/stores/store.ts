// Where archives lie: the interface of every store. A store is a folder of archives. What is below a further
// slash is in another folder, and is not listed. Each store keeps this promise: nothing is listed or readable
// under a name before the store has confirmed its last byte.

/** What is known of an archive before its bytes are made. */
export interface ArchiveLabels {
  /** Such as `redis-rewind/0.1.0`. */
  readonly program: string;
  readonly snapshotId: number;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly snapshotTimeSeconds: number;
  /** The name of the machine that the snapshot was taken on. */
  readonly host: string;
  /** So that a repository knows its own archives in a store that others use, too. */
  readonly repositoryId: string | null;
}

/** What a store says in the clear about an archive. Nobody needs a key to read it, and anybody may change it. */
export interface ArchiveHeaders extends ArchiveLabels {
  /** Of the whole archive as it was sent, in lower-case hexadecimal; null where the store has lost it. */
  readonly sha256: string | null;
}

export interface StoredArchive {
  /** Within the store: without the prefix of its target. */
  readonly name: string;
  readonly sizeBytes: number;
  /** By the store's clock. */
  readonly storedAtMs: number;
  /** Null for an archive in a file, and where what the store has is not ours, or is damaged. */
  readonly headers: ArchiveHeaders | null;
}

export interface OutgoingArchive {
  /**
   * The archive's bytes in order. A chunk belongs to the store once it is given: its maker must not use its
   * memory again. Where the iteration throws, the store removes what it has sent and throws the same error.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The store plans with it. The archive may become larger or smaller. */
  readonly estimatedBytes: number;
  readonly labels: ArchiveLabels;
  /** Whether what has this name now may be replaced. The old one stays until the new one is whole. */
  readonly mayReplace: boolean;
}

export interface IncomingArchive {
  readonly archive: StoredArchive;
  /**
   * All bytes in order. A chunk is valid until the next one is asked for. Ends early only with an error. A cut
   * connection is continued from the byte that is needed next. The bytes are as the store sends them: who
   * reads them checks them.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Frees the connection or the file. To be called by whoever does not read to the end, and may always be called. */
  readonly close: () => void;
}

/** Errors of every method: RemoteStoreError; SystemError of files; InterruptedError. */
export interface ArchiveStore {
  /** For messages: `swift://database_backups/nightly/`, or a path. Never a credential. */
  readonly label: string;
  /**
   * Sends an archive. Segments are checked by the store as they come, and the whole at the end. First removes
   * what an earlier export to this name has left when it was killed.
   * @throws InTheWayError where the name is taken and `mayReplace` is false; nothing is then read or sent
   */
  put(name: string, outgoing: OutgoingArchive): Promise<StoredArchive>;
  /** @throws RemoteStoreError with trouble `missing`, or SystemError of a file */
  get(name: string): Promise<IncomingArchive>;
  /**
   * The archives of this store, in the order of their names: what has our headers or one of our names. Other
   * objects and files are left out.
   * @throws RemoteStoreError with trouble `missing` where there is no such container or bucket
   */
  list(): Promise<readonly StoredArchive[]>;
  /** With its segments. An archive that is not there counts as removed. */
  remove(name: string): Promise<void>;
  /**
   * Compares what the store says of the stored bytes with what was sent: the checksums of the segments and of
   * the whole. Reads a share of the bytes back, too. Returns what is wrong, a line each.
   */
  checkStored(name: string): Promise<readonly string[]>;
  /**
   * Removes what exports to any name of this store have left when they were killed: segments without a manifest,
   * unfinished uploads, temporary files. Where another machine may still be sending it, it stays for a day.
   * Returns how many archives were begun and not finished.
   */
  removeLeftovers(): Promise<number>;
}
