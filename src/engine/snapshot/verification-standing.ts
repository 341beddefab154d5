// What the verifications of a repository say together: since when every byte is known to be right, and whether one has found
// something. A later one that looks at a part alone takes nothing back. Pure.
import type { VerificationRecord } from '../../catalog/records.js';

export interface VerificationStanding {
  /** Since when every byte of every snapshot was looked at, in UTC seconds; null where that is not recorded. */
  readonly wholeSinceSeconds: number | null;
  /** The most that one has found since the last one that was whole, that one included. */
  readonly problems: number;
}

/** @param records newest first */
export function standingOf(records: readonly VerificationRecord[]): VerificationStanding {
  const index = records.findIndex(isWhole);
  const whole = records[index] ?? null;
  const counted = index < 0 ? records : records.slice(0, index + 1);
  return {
    wholeSinceSeconds: whole === null ? null : sinceOf(whole),
    problems: counted.reduce((most, { problems }) => Math.max(most, problems), 0),
  };
}

/** All at once, or the last of a round of timed ones. */
function isWhole({ mode, snapshot, leftContents }: VerificationRecord): boolean {
  return snapshot === null && (mode === 'full' || (mode === 'timed' && leftContents === 0));
}

/** What a round has looked at first, it has looked at when it began. */
function sinceOf({ mode, finishedAtSeconds, roundStartedAtSeconds }: VerificationRecord): number {
  return mode === 'timed' ? roundStartedAtSeconds : finishedAtSeconds;
}
