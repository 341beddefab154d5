// Which contents a verification proves, and in which order. Pure, but for the chance that it is given.
import type { Content, VerificationRecord } from '../../catalog/records.js';
import type { VerifyMode } from './verify-request.js';

/** When each content was last checked, in seconds since 1970, by its id. */
export type CheckTimes = ReadonlyMap<number, number>;

/**
 * Groups of contents, to be proved one group after the other. Those that were checked in the same run
 * are one group, since chains share their work; the ones longest unchecked come first.
 */
export function inGroups(contents: Iterable<Content>, times: CheckTimes): Content[][] {
  const groups = new Map<number, Content[]>();
  for (const content of contents) {
    const time = times.get(content.id) ?? NEVER;
    groups.set(time, [...(groups.get(time) ?? []), content]);
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

/**
 * A part of the contents that has at least this percentage of their bytes, chosen by chance: first of
 * those that never were checked, then of the others, the more likely the longer ago that was.
 * @param random answers a number from 0 to 1, never 1
 */
export function chooseSample(
  contents: readonly Content[],
  percent: number,
  times: CheckTimes,
  nowSeconds: number,
  random: () => number,
): Content[] {
  const wantedBytes = (totalBytesOf(contents) * percent) / 100;
  const chosen: Content[] = [];
  let bytes = 0;
  for (const content of inOrderOfChance(contents, times, nowSeconds, random)) {
    if (chosen.length > 0 && bytes >= wantedBytes) break;
    chosen.push(content);
    bytes += content.sizeBytes;
  }
  return chosen;
}

/** Weighted sampling without replacement (Efraimidis and Spirakis): by u^(1/weight), largest first. */
function inOrderOfChance(
  contents: readonly Content[],
  times: CheckTimes,
  nowSeconds: number,
  random: () => number,
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
 * When the round began that a timed verification goes on with: that of the last one of the same scope
 * if it left something, else now.
 * @param snapshot the one that is verified; null for all
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
