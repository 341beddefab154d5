// XML from a server, friendly or not.
import test from 'ava';
import { childrenOf, parseXml, textOf } from '../../../../src/offsite/stores/s3/xml.js';

function parse(text: string): ReturnType<typeof parseXml> {
  return parseXml(Buffer.from(text));
}

test('elements, text, entities, name spaces and remarks are read', (t) => {
  const root = parse(
    '\uFEFF<?xml version="1.0"?>\n<!-- a --><s3:R xmlns="x" a="1"><C><Key>a&amp;b &#xe9;&#233;&lt;</Key><E/></C><C><Key><![CDATA[<&>]]></Key></C></s3:R>\n',
  );
  t.is(root.name, 'R');
  t.deepEqual(
    childrenOf(root, 'C').map((child) => textOf(child, 'Key')),
    ['a&b éé<', '<&>'],
  );
  t.is(textOf(childrenOf(root, 'C')[0] as never, 'E'), '');
  t.is(textOf(root, 'None'), null);
});

for (const text of [
  '',
  'plain',
  '<a>',
  '<a></b>',
  '</a>',
  '<a/><b/>',
  '<a><b></a></b>',
  '<a',
  '<a>&#x110000;<',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
  '<html><body>Sign in</body>',
]) {
  test(`this is refused: ${text.slice(0, 40)}`, (t) => {
    t.throws(() => parse(text), { message: /is not the XML/ });
  });
}

test('entities that nobody knows stay as they are', (t) => {
  t.is(parse('<a>&unknown; &#x110000; &;</a>').text, '&unknown; &#x110000; &;');
});

test('an answer of megabytes is read in a moment', (t) => {
  const rows = '<C><Key>k</Key></C>'.repeat(200_000);
  t.is(parse(`<R>${rows}</R>`).children.length, 200_000);
  t.throws(() => parse(`<R>${'<'.repeat(4_000_000)}`));
  t.throws(() => parse(`<!--${'-'.repeat(4_000_000)}`));
  t.throws(() => parse(`<a ${'b'.repeat(4_000_000)}`));
  t.throws(() => parse(`<${'a'.repeat(4_000_000)}`));
});
