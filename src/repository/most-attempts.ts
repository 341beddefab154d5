// How often a reader asks again because a writer has changed the catalog meanwhile.

/** A backup changes the catalog two or three times. More changes than this mean that something is wrong. */
export const MOST_ATTEMPTS = 100;
