import test from 'ava';
import { JoinedReader } from '../../../src/system/files/joined-reader.js';
import { MemoryReader } from '../../support/files/memory-reader.js';

const joined = new JoinedReader(
  new MemoryReader(Buffer.from('abcde')),
  8,
  new MemoryReader(Buffer.from('XYZ')),
);
const whole = Buffer.from('abcde\0\0\0XYZ');

test('a read may begin and end anywhere, with zeros between the two readers', (t) => {
  t.is(joined.sizeBytes, whole.length);
  for (let from = 0; from <= whole.length; from++) {
    for (let to = from; to <= whole.length; to++) {
      const into = Buffer.alloc(to - from, 0xee);
      t.is(joined.read(into, from), to - from);
      t.deepEqual(into, whole.subarray(from, to));
    }
  }
});

test('a read beyond the end of the second reader is short', (t) => {
  const into = Buffer.alloc(20);
  t.is(joined.read(into, 4), 7);
  t.deepEqual(into.subarray(0, 7), whole.subarray(4));
  t.is(joined.read(into, 9), 2);
});
