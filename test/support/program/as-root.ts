// Tests of what only root can do: give files away, or read what others may not.
import test from 'ava';
import { isRoot } from './is-root.js';

/** Anybody else skips such a test. */
export const asRoot = isRoot ? test : test.skip;
