// The suites that need more than Node: exactly what the hermetic run of package.json leaves out, so
// that every test file belongs to one run and only one. A pattern on the command line narrows it.
import { readFileSync } from 'node:fs';

const { ava } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const leftOut = ava.files.filter((pattern) => pattern.startsWith('!'));

// oxlint-disable-next-line import/no-default-export -- ava reads its configuration from there
export default {
  ...ava,
  files: leftOut.map((pattern) => `${pattern.slice(1)}/*.test.js`),
  timeout: '20m',
};
