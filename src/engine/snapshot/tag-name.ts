// The names that people give to snapshots.

export function isTagName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text);
}

export const TAG_HINT = 'a tag has 1 to 64 letters, digits, dots, underscores and hyphens';
