// The names of one stream: the ids of its nodes, and its groups with their consumers and pending entries, as a server
// checks them when it loads them (redis rdb.c). All are in one set of hashes. A domain in each hash tells them apart.
import { take } from "../../memory/arena";
import { Faults } from "./faults";
import { HashSet } from "./hash-set";
import { hashBytesOf } from "./keyed-hash";
import { DIES, NOT_HERE, searchNode } from "./stream-search";
import * as Verdict from "./verdicts";
import { NAME_UNITS, Work } from "./work";

export const ID_BYTES: u64 = 16;

// Domains. Numbers of groups and of consumers are added.
const NODE: u64 = 1 << 60;
const GROUP: u64 = 2 << 60;
const PENDING: u64 = 3 << 60;
const CONSUMER: u64 = 4 << 60;
const OWNED_BY_CONSUMER: u64 = 5 << 60;
const OWNED: u64 = 6 << 60;

@unmanaged
export class Streams {
  isComparing: bool;
  /** How many nodes the stream has. */
  nodes: u64;
  /** Whether a server goes through the next node when it loads the stream. */
  isSearching: bool;
  private names: HashSet;
  private work: Work;
  private faults: Faults;
  private group: u64;
  private consumer: u64;
  /** Entries of the group that are pending, and those of them that a consumer has. */
  private pending: u64;
  private owned: u64;

  static create(names: HashSet, work: Work, faults: Faults): Streams {
    const streams = changetype<Streams>(take(offsetof<Streams>()));
    streams.names = names;
    streams.work = work;
    streams.faults = faults;
    streams.isComparing = false;
    streams.isSearching = false;
    return streams;
  }

  begin(type: u32, nodes: u64): void {
    this.nodes = nodes;
    this.isSearching = type == Verdict.STREAM_1;
    this.group = 0;
    this.consumer = 0;
    this.isComparing = true;
    this.names.begin(nodes);
  }

  end(): void {
    this.isComparing = false;
    this.isSearching = false;
  }

  /** Goes through a node as a server does that searches the first entry. */
  search(at: usize, length: u32): i32 {
    const outcome = searchNode(at, length);
    this.isSearching = outcome == NOT_HERE;
    return outcome == DIES ? Verdict.REFUSED : Verdict.SOUND;
  }

  giveUp(): void {
    if (!this.isComparing) return;
    this.isComparing = false;
    this.faults.skippedValues++;
  }

  /** The id of a node, at `at`. */
  node(at: usize, position: u64): void {
    if (this.add(NODE, at, position)) this.faults.refuse(Verdict.NODE_ID, position);
  }

  /** The domain of the name of a group that begins, or of a consumer. */
  nameDomain(isGroup: bool): u64 {
    return isGroup ? GROUP : CONSUMER + this.group;
  }

  beginGroup(hash: u64, position: u64): void {
    if (this.addHash(hash, position)) this.faults.refuse(Verdict.GROUP_TWICE, position);
    this.group++;
    this.pending = 0;
    this.owned = 0;
  }

  beginConsumer(hash: u64, position: u64): void {
    if (this.addHash(hash, position)) this.faults.refuse(Verdict.CONSUMER_TWICE, position);
    this.consumer++;
  }

  /** The id of a pending entry of the group. */
  pendingEntry(at: usize, position: u64): void {
    this.pending++;
    if (this.add(PENDING + this.group, at, position)) this.faults.refuse(Verdict.PENDING_TWICE, position);
  }

  /** The id of a pending entry of the consumer. */
  ownedEntry(at: usize, position: u64): void {
    if (!this.isComparing) return;
    if (!this.names.has(hashId(PENDING + this.group, at))) {
      this.faults.refuse(Verdict.NOT_PENDING, position);
      return;
    }
    if (this.add(OWNED_BY_CONSUMER + this.consumer, at, position)) {
      this.faults.refuse(Verdict.PENDING_TWICE, position);
    }
    if (!this.add(OWNED + this.group, at, position)) this.owned++;
  }

  /** Every pending entry must have a consumer. */
  endGroup(position: u64): void {
    if (this.isComparing && this.owned != this.pending) {
      this.faults.suspectIt(Verdict.WITHOUT_CONSUMER, position);
    }
  }

  private add(domain: u64, at: usize, position: u64): bool {
    return this.addHash(hashId(domain, at), position);
  }

  private addHash(hash: u64, position: u64): bool {
    if (!this.isComparing) return false;
    const isTwice = this.names.add(hash);
    this.work.spend(NAME_UNITS);
    if (this.names.isFull || !this.work.isLeft(position)) this.giveUp();
    return isTwice;
  }
}

// @ts-ignore: decorator
@inline
function hashId(domain: u64, at: usize): u64 {
  return hashBytesOf(domain, at, usize(ID_BYTES));
}
