// Aux fields are kept as text while they are short and few. Others are counted. They never stop a walk.
import test from 'ava';

import { findInBytes, findInPieces } from './found-records.js';

function rdbString(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x40 | (bytes.length >> 8), bytes.length & 255]), bytes]);
}

function rdbOf(...fields: readonly Buffer[]): Buffer {
  const parts = fields.flatMap((field) => [Buffer.from([0xfa]), field]);
  return Buffer.concat([
    Buffer.from('REDIS0010'),
    ...parts,
    Buffer.from([0, 1, 0x6b, 1, 0x76, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
}

function aux(name: string, value: string): Buffer {
  return Buffer.concat([rdbString(name), rdbString(value)]);
}

test('fields are text by name, integers and compressed ones too', async (t) => {
  const { walk } = await findInBytes(
    rdbOf(
      aux('redis-ver', '7.0.15'),
      Buffer.concat([rdbString('redis-bits'), Buffer.from([0xc0, 64])]),
      Buffer.concat([rdbString('text'), Buffer.from([0xc3, 5, 5, 1, 0x61, 0x62, 0x20, 1])]),
      aux('redis-ver', '7.0.16'),
    ),
  );
  t.deepEqual(
    [...walk.auxFields],
    [
      ['redis-ver', '7.0.16'],
      ['redis-bits', '64'],
      ['text', 'ababa'],
    ],
  );
  t.is(walk.auxFieldsOmitted, 0);
  t.is(walk.end.kind, 'complete');
});

test('fields that are too long are counted, and those around them are kept', async (t) => {
  const bytes = rdbOf(
    aux('before', 'kept'),
    aux('lua', 'x'.repeat(1100)),
    aux('n'.repeat(1100), 'short'),
    aux('most', 'x'.repeat(1022)),
    aux('after', 'kept'),
  );
  const found = await findInBytes(bytes);
  t.deepEqual([...found.walk.auxFields.keys()], ['before', 'most', 'after']);
  t.is(found.walk.auxFieldsOmitted, 2);
  t.is(found.walk.keys, 1);
  for (const length of [1, 50, 1023, 1025]) t.deepEqual(await findInPieces(bytes, [length]), found);
});

test('of very many fields the first are kept and the others counted', async (t) => {
  const fields = Array.from({ length: 1000 }, (_, index) => aux(`field ${index}`, 'x'.repeat(100)));
  const { walk } = await findInBytes(rdbOf(...fields));
  t.true(walk.auxFields.size > 100, String(walk.auxFields.size));
  t.is(walk.auxFields.size + walk.auxFieldsOmitted, 1000);
  t.is(walk.auxFields.get('field 0'), 'x'.repeat(100));
  t.is(walk.end.kind, 'complete');
});

test('a field that does not expand is counted, the next one kept', async (t) => {
  const damaged = Buffer.concat([rdbString('text'), Buffer.from([0xc3, 3, 9, 0, 0x61, 0x20])]);
  const { walk } = await findInBytes(rdbOf(damaged, aux('after', 'kept')));
  t.deepEqual([...walk.auxFields], [['after', 'kept']]);
  t.is(walk.auxFieldsOmitted, 1);
  t.is(walk.end.kind, 'complete');
});
