// The two bytes of a database's header that say how the file is written and read. SQLite takes a wrong one for
// that of a newer SQLite, and does not write the file any more. (SQLite's file format, section 1.3)

/** As many bytes of the file as headerProblem needs. */
export const HEADER_BYTES = 20;

/** @param start the file's first bytes, HEADER_BYTES or more. @returns null where nothing is wrong */
export function headerProblem(start: Uint8Array): string | null {
  const [written, read] = [start[18], start[19]];
  if (written === 1 && read === 1) return null;
  return `the header of the file says ${written} and ${read} where it should say 1 and 1`;
}
