// Which contents a verification proves, and in which order. Pure: randomness is a parameter.
import type { Content, VerificationRecord } from '../../catalog/records.js';
import { addToGroup } from '../../system/lists/lists.js';
import type { VerifyMode } from './verify-request.js';

/** When each content was last checked, in seconds since 1970, by its id. */
export type CheckTimes = ReadonlyMap<number, number>;

/**
 * Groups contents by the run that checked them last. The group that was checked longest ago comes first.
 * Contents of one run stay together, since chains share work.
 */
export function inGroups(contents: Iterable<Content>, times: CheckTimes): Content[][] {
  const groups = new Map<number, Content[]>();
  for (const content of contents) {
    const time = times.get(content.id) ?? NEVER;
    addToGroup(groups, time, content);
  }
  return [...groups].toSorted(([a], [b]) => a - b).map(([, group]) => group);
}

const NEVER = -Infinity;

/** Contents that were not checked since a moment. */
export function uncheckedSince(
  contents: Iterable<Content>,
  times: CheckTimes,
  since: number,
): Content[] {
  return [...contents].filter(({ id }) => (times.get(id) ?? NEVER) < since);
}

/** What decides how likely each content is to be chosen. */
export interface SampleChance {
  readonly times: CheckTimes;
  readonly nowSeconds: number;
  /** Answers a number from 0 to 1, never 1. */
  readonly random: () => number;
}

/**
 * A random part of the contents, with at least this percentage of their bytes. Contents that were never
 * checked come first. Of the others, those checked longest ago are the likeliest.
 */
export function chooseSample(
  contents: readonly Content[],
  percent: number,
  chance: SampleChance,
): Content[] {
  const wantedBytes = (totalBytesOf(contents) * percent) / 100;
  const chosen: Content[] = [];
  let bytes = 0;
  for (const content of inRandomOrder(contents, chance)) {
    if (chosen.length > 0 && bytes >= wantedBytes) break;
    chosen.push(content);
    bytes += content.sizeBytes;
  }
  return chosen;
}

/** Weighted sampling without replacement (Efraimidis and Spirakis): by u^(1/weight), largest first. */
function inRandomOrder(
  contents: readonly Content[],
  { times, nowSeconds, random }: SampleChance,
): Content[] {
  const keyOf = ({ id }: Content): number => {
    const time = times.get(id);
    // Above every key of a content that has been checked, which are all at most 1.
    if (time === undefined) return 1 + random();
    return random() ** (1 / Math.max(1, nowSeconds - time));
  };
  return contents
    .map((content) => ({ content, key: keyOf(content) }))
    .toSorted((a, b) => b.key - a.key)
    .map(({ content }) => content);
}

/**
 * When the round of a timed verification began. If the last timed run of the same scope left something,
 * its round goes on. Otherwise a round begins now.
 * @param snapshot the one that is verified; null for all snapshots
 * @param records newest first
 */
export function roundStart(
  mode: VerifyMode['kind'],
  snapshot: number | null,
  records: readonly VerificationRecord[],
  nowSeconds: number,
): number {
  if (mode !== 'timed') return nowSeconds;
  const last = records.find((record) => record.mode === 'timed' && record.snapshot === snapshot);
  if (last === undefined || last.leftContents === 0) return nowSeconds;
  return Math.min(last.roundStartedAtSeconds, nowSeconds);
}

/** Sizes of contents together. */
export function totalBytesOf(contents: Iterable<Content>): number {
  let bytes = 0;
  for (const { sizeBytes } of contents) bytes += sizeBytes;
  return bytes;
}
