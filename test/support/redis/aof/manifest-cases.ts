// AOFs of several files: everything that a manifest may say, and that may stand where it leads.
import { type AofCase, AOF_FOLDER, AOF_NAME, FOLDER, MANIFEST, link, set } from './aof-case.js';
import { DUMP } from './log-cases.js';

type Content = AofCase['files'][string] | string;
type Exceptions = Pick<AofCase, 'serverException' | 'checkException'>;

const FIRST_LETTERS: Exceptions = {
  checkException: 'redis-check-aof knows a manifest by its first letters',
};
const BASE_ONLY: Exceptions = { checkException: 'redis-check-aof wants a dump in a base only' };
const UPGRADE: Exceptions = { checkException: 'redis-check-aof knows no upgrade' };
const EMPTY: Exceptions = { checkException: 'redis-check-aof takes an empty manifest for an AOF' };

interface Set {
  readonly name: string;
  readonly manifest: Content;
  /** In the folder; those that a server loads come first, in order. */
  readonly files?: Readonly<Record<string, Content>>;
  /** Beside the folder. */
  readonly beside?: Readonly<Record<string, Content>>;
  /** The names that a server loads: all of `files` if none are given. */
  readonly loaded?: readonly string[];
}

function setCase(
  { name, manifest, files = {}, beside = {}, loaded }: Set,
  exceptions: Exceptions = {},
): AofCase {
  const inFolder = Object.entries(files).map(
    ([file, content]) => [`${AOF_FOLDER}/${file}`, content] as const,
  );
  const all = [[MANIFEST, manifest] as const, ...inFolder, ...Object.entries(beside)];
  return {
    name,
    files: Object.fromEntries(
      all.map(([file, content]) => [
        file,
        typeof content === 'string' ? Buffer.from(content, 'latin1') : content,
      ]),
    ),
    loaded: loaded ?? inFolder.map(([file]) => file),
    checked: MANIFEST,
    ...exceptions,
  };
}

/** A manifest of one line, which names the incr `x`. */
function lineCase(what: string, manifest: string, exceptions: Exceptions = {}): AofCase {
  return setCase({ name: `the manifest: ${what}`, manifest, files: { x: set(1) } }, exceptions);
}

const X = 'file x seq 1 type i\n';

function lineCases(): AofCase[] {
  const sequences = [
    '1',
    '+1',
    '1abc',
    '-1',
    '0',
    'x',
    '0x1',
    '" 1"',
    '1e3',
    '9223372036854775807',
    '9'.repeat(30),
    '""',
  ];
  const types = ['b', 'B', 'base', 'incr', 'I', 'h', 'z', '""', '1'];
  return [
    ...sequences.flatMap((text) => [
      lineCase(`an incr of number ${text}`, `file x seq ${text} type i\n`),
      lineCase(`a base of number ${text}`, `file x seq ${text} type b\n`),
    ]),
    ...types.map((text) => {
      const loaded = text === 'h' ? { loaded: [] } : {};
      return { ...lineCase(`the type ${text}`, `file x seq 1 type ${text}\n`), ...loaded };
    }),
    lineCase('nothing', '', EMPTY),
    lineCase('a line feed', '\n'),
    lineCase('an empty line', `${X}\n`),
    lineCase('an empty line first', `\n${X}`),
    lineCase('a line of spaces', `${X}  \t\n`),
    lineCase('no line feed', X.trim()),
    lineCase('CR LF', X.replace('\n', '\r\n')),
    lineCase('spaces around', `  ${X.trim()} \t \n`, FIRST_LETTERS),
    lineCase('tabs', X.replaceAll(' ', '\t')),
    lineCase('vertical tabs', X.replaceAll(' ', '\v')),
    lineCase('a vertical tab before', `\v${X}`, FIRST_LETTERS),
    lineCase('a form feed behind', `${X.trim()}\f\n`),
    lineCase('upper case', 'FILE x SEQ 1 TYPE i\n', FIRST_LETTERS),
    lineCase('another order', 'type i seq 1 file x\n', FIRST_LETTERS),
    lineCase('unknown pairs', 'file x seq 1 type i startoffset 17 endoffset 99\n'),
    lineCase('an odd number of words', 'file x seq 1 type i and\n'),
    lineCase('too few words', 'file x seq 1\n'),
    lineCase('words given twice', 'file y file x seq 7 seq 1 type z type i\n'),
    lineCase('a path given first', 'file a/y file x seq 1 type i\n'),
    lineCase('no number', 'file x sec 1 type i\n'),
    lineCase('a comment', `# file y seq 1 type i\n${X}`),
    lineCase('a comment behind spaces', ` # y\n${X}`),
    lineCase('a comment without a line feed', `${X}# the end`),
    lineCase('a comment with a NUL', `# \0\n${X}`),
    { ...lineCase('comments alone', '# one\n# two\n'), loaded: [] },
    lineCase('a NUL alone', '\0'),
    lineCase('a NUL before', `\0${X}`),
    lineCase('a NUL between words', `file x\0 seq 1 type i\n`),
    lineCase('a NUL behind', `${X}\0`),
    lineCase('zeros behind', X + '\0'.repeat(4096)),
    lineCase('a long comment', `#${'y'.repeat(1500)}\n${X}`),
    lineCase('a comment of two buffers', `#${'y'.repeat(1023)}# and ${'y'.repeat(80)}\n${X}`),
    ...[1022, 1023, 1024, 1025, 2000].map((length) =>
      lineCase(`a line of ${length} bytes`, `${X.trim()} k ${'y'.repeat(length - X.length - 3)}\n`),
    ),
    lineCase('a path', 'file ./x seq 1 type i\n'),
    lineCase('an absolute path', 'file /x seq 1 type i\n'),
    lineCase('a backslash', 'file a\\x seq 1 type i\n'),
    lineCase('the folder', 'file . seq 1 type i\n'),
    lineCase('the folder above', 'file .. seq 1 type i\n'),
    lineCase('no name', 'file "" seq 1 type i\n'),
    lineCase('double quotes', '"file" "x" "seq" "1" "type" "i"\n', FIRST_LETTERS),
    lineCase('single quotes', "file 'x' seq 1 type i\n"),
    lineCase('an escape', 'file "\\x78" seq 1 type i\n'),
    lineCase('an escape in single quotes', "file '\\x78' seq 1 type i\n"),
    lineCase('an escaped letter', 'file "\\x" seq 1 type i\n'),
    lineCase('an escaped NUL', 'file "x\\x00y" seq 1 type i\n'),
    lineCase('a quote that is not closed', 'file "x seq 1 type i\n'),
    lineCase('a quote in a word', 'file ""x seq 1 type i\n'),
    lineCase('letters behind a quote', 'file "x"y seq 1 type i\n'),
    lineCase('a quote behind letters', 'file x"" seq 1 type i\n'),
    lineCase('a name that is too long', `file ${'y'.repeat(300)} seq 1 type i\n`),
  ];
}

const BASE = `${AOF_NAME}.1.base.rdb`;
const ONE = `${AOF_NAME}.1.incr.aof`;
const TWO = `${AOF_NAME}.2.incr.aof`;
const BASE_LINE = `file ${BASE} seq 1 type b\n`;
const ONE_LINE = `file ${ONE} seq 1 type i\n`;
const TWO_LINE = `file ${TWO} seq 2 type i\n`;
const ALL = BASE_LINE + ONE_LINE + TWO_LINE;
const WHOLE = { [BASE]: DUMP, [ONE]: set(1), [TWO]: set(2) };
const CUT = set(3).slice(0, 20);

function fileCases(): AofCase[] {
  const files = (name: string, changed: Record<string, Content>): Set => {
    return { name, manifest: ALL, files: { ...WHOLE, ...changed } };
  };
  const lines = (name: string, manifest: string): Set => ({ name, manifest, files: WHOLE });
  const without = (name: string): Record<string, Content> =>
    Object.fromEntries(Object.entries(WHOLE).filter(([file]) => file !== name));
  return [
    setCase(lines('a base and two incrs', ALL)),
    setCase(lines('the base last', ONE_LINE + TWO_LINE + BASE_LINE)),
    setCase(lines('incrs in another order', BASE_LINE + TWO_LINE + ONE_LINE)),
    setCase(lines('two bases', ALL + BASE_LINE)),
    setCase(lines('an incr twice', ALL + TWO_LINE)),
    setCase({ ...lines('a base alone', BASE_LINE), loaded: [`${AOF_FOLDER}/${BASE}`] }),
    setCase({ ...lines('a history alone', 'file y seq 1 type h\n'), loaded: [] }),
    setCase(lines('a history that is missing', `${ALL}file y seq 1 type h\n`)),
    setCase(lines('histories in any order', `file y seq 9 type h\nfile "" seq 9 type h\n${ALL}`)),
    setCase({ name: 'a base that is missing', manifest: ALL, files: without(BASE) }),
    setCase({ name: 'an incr that is missing', manifest: ALL, files: without(ONE) }),
    setCase({ name: 'a last incr that is missing', manifest: ALL, files: without(TWO) }),
    setCase({ name: 'a folder for a manifest', manifest: FOLDER, files: WHOLE, loaded: [] }),
    setCase(files('a folder for a base', { [BASE]: FOLDER })),
    setCase(files('a folder for an incr', { [ONE]: FOLDER })),
    setCase(files('a folder for the last incr', { [TWO]: FOLDER })),
    setCase(files('a link for an incr', { [ONE]: link('y'), y: set(1) })),
    setCase(files('a link through a link', { [ONE]: link('../z/y') })),
    setCase({
      ...files('a link out of the folder', { [ONE]: link('../../appendonlydir/../z') }),
      beside: { z: set(1) },
    }),
    setCase({
      ...files('a link beside the folder', { [ONE]: link('.././z') }),
      beside: { z: set(1) },
    }),
    setCase(files('a link to a folder', { [ONE]: link('.') })),
    setCase(files('a link to itself', { [ONE]: link(ONE) })),
    setCase(files('a link that leads nowhere', { [ONE]: link('y') })),
    setCase(files('an empty base that is a dump', { [BASE]: '' })),
    setCase({
      name: 'an empty base of commands',
      manifest: `file y.base.aof seq 1 type b\n${ONE_LINE}`,
      files: { 'y.base.aof': '', [ONE]: set(1) },
    }),
    setCase(files('an empty incr', { [ONE]: '' })),
    setCase(files('an empty last incr', { [TWO]: '' })),
    setCase(files('empty files alone', { [BASE]: '', [ONE]: '', [TWO]: '' })),
    setCase(files('a cut base', { [BASE]: DUMP.subarray(0, 20) })),
    setCase(files('a cut incr', { [ONE]: set(1) + CUT })),
    setCase(files('a cut last incr', { [TWO]: set(2) + CUT })),
    setCase(files('a cut annotation in an incr', { [ONE]: `${set(1)}#TS:17` })),
    setCase(files('an open transaction in an incr', { [ONE]: `*1\r\n$5\r\nMULTI\r\n${set(1)}` })),
    setCase(files('text in an incr', { [ONE]: 'hello' })),
    setCase(files('a dump in an incr', { [BASE]: set(7), [ONE]: DUMP }), BASE_ONLY),
    setCase(files('commands in a base.rdb', { [BASE]: set(9) })),
    setCase(
      files('a cut command behind a base', { [BASE]: Buffer.concat([DUMP, Buffer.from(CUT)]) }),
    ),
    setCase({
      name: 'the same file as base and incr, cut',
      manifest: 'file x seq 1 type b\nfile x seq 1 type i\n',
      files: { x: set(1) + CUT },
    }),
    setCase({
      name: 'a base with another name',
      manifest: 'file "my base" seq 1 type b\n',
      files: { 'my base': set(1) + CUT },
    }),
    setCase({
      name: 'a dump with another name, cut commands behind it',
      manifest: `file dump.rdb seq 1 type b\n${ONE_LINE}`,
      files: { 'dump.rdb': Buffer.concat([DUMP, Buffer.from(CUT)]), [ONE]: set(1) },
    }),
  ];
}

function upgradeCases(): AofCase[] {
  const own = `file ${AOF_NAME} seq 1 type b\n`;
  const old = { beside: { [AOF_NAME]: set(1) } };
  const moved = { ...old, loaded: [AOF_NAME] };
  return [
    setCase({ name: 'an upgrade', manifest: own, files: { [AOF_NAME]: set(2) } }),
    setCase({ name: 'an interrupted upgrade', manifest: own, ...moved }, UPGRADE),
    setCase({
      name: 'an interrupted upgrade of a cut file',
      manifest: own,
      beside: { [AOF_NAME]: set(1) + CUT },
      loaded: [AOF_NAME],
    }),
    setCase({
      name: 'an upgrade whose old file is back',
      manifest: own,
      files: { [AOF_NAME]: set(2) },
      ...old,
      loaded: [`${AOF_FOLDER}/${AOF_NAME}`],
    }),
    setCase({
      name: 'an interrupted upgrade of a folder',
      manifest: own,
      beside: { [AOF_NAME]: FOLDER },
    }),
    setCase({
      name: 'an interrupted upgrade onto a folder',
      manifest: own,
      files: { [AOF_NAME]: FOLDER },
      ...old,
    }),
    setCase({
      name: 'an interrupted upgrade with an incr',
      manifest: own + ONE_LINE,
      files: { [ONE]: set(2) },
      ...old,
    }),
    setCase({
      name: 'a base of another name beside an old file',
      manifest: 'file y seq 1 type b\n',
      ...old,
    }),
    setCase({ name: 'comments beside an old file', manifest: '# none\n', ...moved }),
    setCase({
      name: 'an old file beside a whole AOF',
      manifest: ONE_LINE,
      files: { [ONE]: set(2) },
      ...old,
      loaded: [`${AOF_FOLDER}/${ONE}`],
    }),
  ];
}

export const MANIFEST_CASES: readonly AofCase[] = [
  ...lineCases(),
  ...fileCases(),
  ...upgradeCases(),
];
