// layout.ts is the one place that spells the names of our files and folders: whoever else makes, reads
// or shows one asks layout.ts, so that `verify` knows all that a run can leave behind. Archives lie outside of every
// repository: archive-name.ts spells their names.
import test from 'ava';
import { type SourceFile, readSources } from './sources.js';

const SPELL_NAMES = ['repository/layout.ts', 'offsite/archive-name.ts'];

/** Names that mean our files wherever they stand. */
const UNMISTAKABLE =
  /redis-rewind-(?:data|restore)|(?:catalog|lock)\.sqlite3|catalog\.new|temporary-dump|-journal\b|\.zst\b/;

/** Names of ours that are also ordinary words, as a whole literal or as the beginning of a path. */
const WORD = /(['"`])(?:also|increments|kept|staging|README)(?:\1|\/)|(['"`])(?:new|old)\//;

/** Outside repository/ such a word is a name only where a path is made of it. */
const WORD_IN_PATH =
  /(?:joinPath|pathFromText)\([^;]*?(['"`])(?:also|increments|kept|mirror|new|old|staging|README)(?:\1|\/)/;

/** The lines of a file in which a name of ours is spelled. */
function spelledIn({ name, text }: SourceFile): string[] {
  const code = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/(?:from|import)\s*\(?\s*'[^']*'/g, '');
  return code.split('\n').flatMap((line, index) => {
    const isSpelled =
      UNMISTAKABLE.test(line) ||
      (name.startsWith('repository/') ? WORD.test(line) : WORD_IN_PATH.test(line));
    return isSpelled ? [`${name}:${index + 1}: ${line.trim()}`] : [];
  });
}

test('only layout.ts spells the names of our files and folders', (t) => {
  const files = readSources('src').filter(({ name }) => !SPELL_NAMES.includes(name));
  t.true(files.length > 100, `${files.length} files`);
  t.deepEqual(files.flatMap(spelledIn), []);
});

test('a name of ours outside of layout.ts is found', (t) => {
  for (const line of [
    "const CATALOG = 'redis-rewind-data/catalog.sqlite3';",
    'const file = `${lock}-journal`;',
    'const copy = `catalog.${id}.zst`;',
    "joinPath(staging, 'new')",
    "listFiles(fileSystem, joinPath(folder, 'staging'))",
  ]) {
    t.is(spelledIn({ name: 'engine/repair/repair.ts', text: line }).length, 1, line);
  }
  for (const line of ["case 'kept':", 'staged: `old/${oldCount}`', "const names = ['README'];"]) {
    t.is(spelledIn({ name: 'repository/staging.ts', text: line }).length, 1, line);
  }
  for (const line of [
    '// redis-rewind-data/kept/<number>: what a repair has moved out of the way',
    "import { readTemporaryDump } from '../commit/temporary-dump.js';",
    "changes.set(path, 'new');",
  ]) {
    t.deepEqual(spelledIn({ name: 'engine/inspect/list.ts', text: line }), []);
  }
});
