// How the engine hands out its output: pieces in order, each a view on memory that is used again.

/** Takes the next piece of output. The view is valid until the returned promise settles. */
export type Emit = (bytes: Uint8Array) => void | Promise<void>;
