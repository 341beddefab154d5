import test from 'ava';

import { formatMarkdownTable } from './markdown-table.js';

const COLUMNS = [
  { title: 'program', align: 'left' },
  { title: 'wall', align: 'right' },
] as const;

test('columns are as wide as their widest cell and aligned as they ask', (t) => {
  t.is(
    formatMarkdownTable(COLUMNS, [
      ['cp', '0.120 s'],
      ['rdiff-backup', '52 s'],
    ]),
    [
      '| program      |    wall |',
      '| ------------ | ------: |',
      '| cp           | 0.120 s |',
      '| rdiff-backup |    52 s |',
      '',
    ].join('\n'),
  );
});

test('a column of short cells still has a rule that is Markdown', (t) => {
  const table = formatMarkdownTable([{ title: '', align: 'right' }], [['1']]);
  t.is(table, '|     |\n| --: |\n|   1 |\n');
});

test('a bar in a cell does not end it', (t) => {
  t.regex(formatMarkdownTable(COLUMNS, [['a|b', '1']]), /a\\\|b/);
});

test('cells that a row lacks are empty', (t) => {
  t.regex(formatMarkdownTable(COLUMNS, [['cp']]), /\| cp {6}\| {6}\|\n$/);
});
