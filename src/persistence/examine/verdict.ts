// The judgement on a file that was examined, and what each word means.

export type Verdict =
  | { readonly kind: 'whole' }
  | { readonly kind: Exclude<VerdictKind, 'whole'>; readonly why: string };

export const VERDICT_KINDS = [
  /** A server loads it, and everything in it was understood. */
  'whole',
  /** It ends in the middle, which a server repairs in the last file of an AOF alone. */
  'cut',
  /** No server would load it, or one would lose data silently. */
  'broken',
  /** A server loads it, but not one with `sanitize-dump-payload yes`: it is not as a server wrote it. */
  'damaged',
  /** A server loads it, and does not read what follows its end. */
  'followed',
  /** Its checksum is right, and it holds what this program does not know. */
  'unknown',
  /** It has no checksum, and it holds what may be unknown or damage. */
  'unchecked',
] as const;

export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** Whether a server would load the file. Null where nobody can tell. */
export function wouldLoad({ kind }: Verdict): boolean | null {
  return kind === 'unknown' || kind === 'unchecked' ? null : kind !== 'broken';
}

/** The same of a server with `sanitize-dump-payload yes`. */
export function wouldLoadSanitized(verdict: Verdict): boolean | null {
  return verdict.kind === 'damaged' ? false : wouldLoad(verdict);
}
