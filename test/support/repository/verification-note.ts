// A verification leaves a note of its result in the catalog, and changes nothing else.

/** Of what treeDifferences tells, all that is not that note. */
export function exceptNote(differences: readonly string[]): string[] {
  return differences.filter(
    (line) =>
      !line.startsWith('redis-rewind-data: mtimeNs ') &&
      !line.startsWith('redis-rewind-data/catalog.sqlite3: '),
  );
}
