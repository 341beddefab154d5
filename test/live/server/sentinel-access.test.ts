// Which of the primaries that a Sentinel watches is meant, and what lets a backup ask the Sentinel:
// passwords, rights and TLS.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { makeCertificates } from '../../support/redis/servers/certificates.js';
import { startSentinel, watching } from '../../support/redis/servers/redis-sentinel.js';
import { freePort } from '../../support/redis/servers/redis-server.js';
import { type Refusal, isRefusedBackup } from '../../support/redis/refused-backup.js';
import {
  startGroup,
  first,
  untilKnown,
  startSentinels,
  at,
  backup,
  isRefused,
} from '../../support/redis/servers/sentinel-group.js';

test('a primary must be named where a Sentinel watches several, and an unknown name is refused', async (t) => {
  const [group, second] = [await startGroup(t, 0), await startGroup(t, 0)];
  const [sentinel] = await startSentinels(t, group, 1, [
    ...watching('another', first(second.servers).port, 1),
  ]);
  if (sentinel === undefined) throw new Error('no Sentinel');
  await isRefused(t, group, at(sentinel), {
    code: 2,
    message: /^Sentinel at \S+ watches 2 primaries: '(?:another', 'mymaster|mymaster', 'another)'$/,
    hint: /--master/,
  });
  await isRefused(t, group, [...at(sentinel), '--master', 'none'], {
    message: /^Sentinel at \S+ knows no primary 'none'$/,
    hint: /names that it knows: '.*', '.*'$/,
  });
  const { snapshot } = await backup(group, [...at(sentinel), '--master', 'another']);
  t.is(snapshot.source, first(second.servers).directory);
  await isRefused(t, group, [...at(sentinel), '--master', 'mymaster'], {
    code: 2,
    message: /this repository keeps/,
  });
});

test('a Sentinel and its server may have different passwords', async (t) => {
  const group = await startGroup(t, 0);
  await first(group.servers).client.config('SET', 'requirepass', 'server-sesame');
  const lines = [
    ...watching('mymaster', first(group.servers).port, 1),
    'sentinel auth-pass mymaster server-sesame',
    'requirepass sentinel-sesame',
  ];
  const sentinel = await startSentinel(t, { lines, password: 'sentinel-sesame' });
  const folder = path.dirname(group.repository);
  const [right, wrong] = [path.join(folder, 'right'), path.join(folder, 'wrong')];
  await writeFile(right, 'sentinel-sesame\n');
  await writeFile(wrong, 'no-sesame\n');
  const env = { REDISCLI_AUTH: 'server-sesame' };
  const refused = async (args: readonly string[], refusal: Refusal): Promise<void> =>
    isRefusedBackup(t, {
      repository: group.repository,
      args: [...at(sentinel), ...args],
      refusal,
      options: { env },
    });
  await refused([], {
    message: /^Sentinel at \S+ requires a password$/,
    hint: /--sentinel-pass-file/,
  });
  await refused(['--sentinel-pass-file', wrong], {
    message: /^Sentinel at \S+ does not accept this password for user 'default'/,
  });
  const known = ['--sentinel-pass-file', right];
  await backup(group, [...at(sentinel), ...known], { env });
  await refused([...known, '-a', 'no-sesame'], {
    message: /^Redis at \S+ does not accept this password for user 'default'/,
    hint: /--pass-file/,
  });

  const rights = ['on', '>sentinel-sesame', '+ping', '+sentinel|masters'];
  await sentinel.client.call('ACL', 'SETUSER', 'watcher', ...rights);
  const asUser = [...known, '--sentinel-user', 'watcher'];
  await refused(asUser, {
    message: /does not let user 'watcher' run SENTINEL GET-MASTER-ADDR-BY-NAME$/,
    hint: /ACL SETUSER watcher \+sentinel\|get-master-addr-by-name$/,
  });
  const others = ['+sentinel|get-master-addr-by-name', '+sentinel|replicas'];
  await sentinel.client.call('ACL', 'SETUSER', 'watcher', ...others);
  await backup(group, [...at(sentinel), ...asUser], { env });
  const said = await readFile(path.join(group.repository, 'redis-rewind-data/catalog.sqlite3'));
  t.is(said.indexOf('sesame'), -1);
});

test('a Sentinel and a server that both speak TLS are reached', async (t) => {
  const { ca, server, client } = await makeCertificates(await temporaryDirectory(t));
  const tls = {
    'tls-cert-file': server.cert,
    'tls-key-file': server.key,
    'tls-ca-cert-file': ca,
    'tls-replication': 'yes',
  };
  const tlsPort = await freePort();
  const group = await startGroup(t, 0, { ...tls, 'tls-port': String(tlsPort) });
  const lines = [
    ...Object.entries(tls).map(([name, value]) => `${name} ${value}`),
    ...watching('mymaster', tlsPort, 1),
  ];
  const [caBytes, cert, key] = await Promise.all(
    [ca, client.cert, client.key].map(async (file) => readFile(file)),
  );
  if (caBytes === undefined || cert === undefined || key === undefined) throw new Error('no files');
  const sentinel = await startSentinel(t, { lines, tls: { ca: caBytes, cert, key } });
  await untilKnown(sentinel, 0);
  const mutual = ['--tls', '--cacert', ca, '--cert', client.cert, '--key', client.key];
  const { snapshot } = await backup(group, [...at(sentinel), ...mutual]);
  t.is(snapshot.server?.address, `127.0.0.1:${tlsPort}`);
  await isRefused(t, group, at(sentinel), {
    message: /^Sentinel at \S+ has closed the connection$/,
    hint: /--tls/,
  });
});
