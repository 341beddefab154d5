// What the lists of remote stores have in common: how long they may be, and what in them is an archive.
import { parseArchiveName } from '../archive-name.js';
import { RemoteFailure } from './http/remote-failure.js';
import type { StoredArchive } from './store.js';

/** With the folders in them. */
export const MOST_LISTED = 200_000;

export function tooManyListed(): RemoteFailure {
  return new RemoteFailure('refused', `there are over ${MOST_LISTED} objects and folders`, {
    hint: 'use a place for these archives alone',
  });
}

/** Names that are not those of folders: a URL would lose them, and mean another object. */
export function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..';
}

/** What has our headers, or one of our names. */
export function isArchive({ name, headers }: StoredArchive): boolean {
  return headers !== null || parseArchiveName(name) !== null;
}
