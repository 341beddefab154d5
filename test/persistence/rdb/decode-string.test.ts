// Strings of an RDB in every encoding, and bytes that are not a string.
import test from 'ava';

import { decodeRdbString } from '../../../src/persistence/rdb/decode-string.js';
import { RdbFormatError } from '../../../src/persistence/rdb/rdb-format-error.js';

for (const [bytes, text, title] of [
  [[0], '', 'an empty string'],
  [[3, 0x61, 0x62, 0x63], 'abc', 'a length of 6 bits'],
  [[0x40, 2, 0x61, 0x62], 'ab', 'a length of 14 bits'],
  [[0x80, 0, 0, 0, 1, 0x61], 'a', 'a length of 32 bits'],
  [[0x81, 0, 0, 0, 0, 0, 0, 0, 1, 0x61], 'a', 'a length of 64 bits'],
  [[0xc0, 0x80], '-128', 'an integer of 8 bits'],
  [[0xc1, 0xff, 0x7f], '32767', 'an integer of 16 bits'],
  [[0xc2, 0, 0, 0, 0x80], '-2147483648', 'an integer of 32 bits'],
  [[0xc3, 5, 5, 1, 0x61, 0x62, 0x20, 1], 'ababa', 'a compressed string'],
] as const) {
  test(`${title} is decoded, wherever it stands`, (t) => {
    const decoded = decodeRdbString(Buffer.from([9, 9, ...bytes, 9]), 2);
    t.is(decoded.value.toString(), text);
    t.is(decoded.endAt, 2 + bytes.length);
  });

  test(`${title} that is cut off is refused`, (t) => {
    for (let length = 0; length < bytes.length; length++) {
      t.throws(() => decodeRdbString(Buffer.from(bytes.slice(0, length))), {
        instanceOf: RdbFormatError,
      });
    }
  });
}

test('an unknown encoding is refused with its place', (t) => {
  for (const byte of [0x82, 0xbf, 0xc4, 0xff]) {
    const error = t.throws(() => decodeRdbString(Buffer.from([1, 2, byte, 0, 0]), 2), {
      instanceOf: RdbFormatError,
    });
    t.is(error?.atByte, 2);
  }
});

test('a length beyond the bytes takes no memory', (t) => {
  for (const head of [
    [0x80, 0xff, 0xff, 0xff, 0xff],
    [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0xc3, 1, 0x81, 0, 0, 1, 0, 0, 0, 0, 0, 0],
  ]) {
    t.throws(() => decodeRdbString(Buffer.from([...head, 0x61])), { instanceOf: RdbFormatError });
  }
});

test('the decoded string does not change with the bytes it came from', (t) => {
  const bytes = Buffer.from([3, 0x61, 0x62, 0x63]);
  const { value } = decodeRdbString(bytes);
  bytes.fill(0);
  t.is(value.toString(), 'abc');
});
