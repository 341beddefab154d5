// Finds the name that somebody most likely meant when they mistyped it.

/**
 * The candidate with the smallest edit distance to `word`, or null if none is near. Near is one edit, or
 * two for words of five letters and more. Of equally near candidates the first wins.
 */
export function nearestName(word: string, candidates: Iterable<string>): string | null {
  let nearest: string | null = null;
  let nearestDistance = word.length < 5 ? 2 : 3;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/**
 * Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count 1 each.
 * These are Damerau's edits, with no substring edited twice.
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, (beforeLast[column - 2] as number) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] as number;
}
