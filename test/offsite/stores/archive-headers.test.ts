// The clear headers of an archive, written, read, and damaged.
import test from 'ava';
import { formatLabels, parseHeaders } from '../../../src/offsite/stores/archive-headers.js';
import { LABELS } from '../../support/offsite/test-store.js';

const SHA256 = 'a'.repeat(64);

function withFields(fields: Record<string, string | undefined>): ReturnType<typeof parseHeaders> {
  const all: Record<string, string | undefined> = {
    ...formatLabels(LABELS),
    'redis-rewind-sha256': SHA256,
    ...fields,
  };
  return parseHeaders((name) => all[name]);
}

test('headers come back as they were', (t) => {
  t.deepEqual(withFields({}), { ...LABELS, sha256: SHA256 });
  const odd = { ...LABELS, host: 'rhône 1%,\u4e2d', repositoryId: null };
  t.deepEqual(
    parseHeaders((name) => formatLabels(odd)[name]),
    { ...odd, sha256: null },
  );
  t.true(Object.values(formatLabels(odd)).every((value) => /^[\x21-\x7e]+$/.test(value)));
});

test('a lost SHA-256 is null, and the rest is still told', (t) => {
  t.is(withFields({ 'redis-rewind-sha256': 'A'.repeat(64) })?.sha256, null);
  t.is(withFields({ 'redis-rewind-sha256': undefined })?.sha256, null);
});

for (const [name, value] of Object.entries({
  program: '',
  snapshot: '-1',
  time: '1e9',
  host: '%0a',
  repository: '%',
})) {
  test(`headers with a damaged ${name} are not ours`, (t) => {
    t.is(withFields({ [`redis-rewind-${name}`]: value }), null);
  });
}

for (const field of ['program', 'snapshot', 'time', 'host']) {
  test(`headers without ${field} are not ours`, (t) => {
    t.is(withFields({ [`redis-rewind-${field}`]: undefined }), null);
  });
}

test('headers that would redraw a terminal, or never end, are not ours', (t) => {
  t.is(withFields({ 'redis-rewind-host': encodeURIComponent('a\u001b[2Jb') }), null);
  t.is(withFields({ 'redis-rewind-host': encodeURIComponent('a\u202eb') }), null);
  t.is(withFields({ 'redis-rewind-host': 'a'.repeat(2000) }), null);
  t.is(withFields({ 'redis-rewind-time': '999999999999' }), null);
});
