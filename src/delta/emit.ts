// How the engine hands out what it makes: pieces in order, each a view on memory that it reuses.

/** Takes the next piece of output. The view is valid only until the returned promise settles. */
export type Emit = (bytes: Uint8Array) => void | Promise<void>;
