// Makes fixtures/archives/v<version>: archives of a frozen repository as this program writes them today, to be read for ever.
// Only ever adds: an archive that exists is not replaced. fixtures/README.md says how to run it.
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { ARCHIVE_VERSION } from '../../../src/offsite/archive/manifest.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { fixturePath } from '../program/project-paths.js';
import { listRepositoryFixtures, unpackRepository } from '../repository/repository-fixtures.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { ARCHIVE_SNAPSHOT, REPOSITORY_SHAPE } from './archive-fixtures.js';
import { exportFrom } from './exports.js';

const out = process.argv[2] ?? fixturePath('archives', `v${ARCHIVE_VERSION}`);
await mkdir(out, { recursive: true });
const room = await mkdtemp(path.join(tmpdir(), 'redis-rewind-fixture-'));
try {
  const sandbox = new Sandbox(room);
  const fixture = (await listRepositoryFixtures()).find(
    ({ shape, formatVersion }) => shape === REPOSITORY_SHAPE && formatVersion === 5,
  );
  if (fixture === undefined) throw new Error('there is no such repository');
  await unpackRepository(fixture, sandbox.repository);
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const keyFile = path.join(out, 'key.txt');
  const passphraseFile = path.join(out, 'passphrase.txt');
  if (await isThere(keyFile)) throw new Error(`'${out}' has archives already`);
  await writeFile(keyFile, `# public key: ${recipient}\n${identity}\n`);
  await writeFile(passphraseFile, 'correct horse battery staple\n');
  for (const [name, sealing] of [
    ['plain.tar.zst', {}],
    ['recipient.tar.zst.age', { recipients: [recipient] }],
    ['passphrase.tar.zst.age', { passphraseFile: pathFromText(passphraseFile) }],
  ] as const) {
    const target = path.relative(room, path.join(out, name));
    const report = await exportFrom(sandbox, { time: ARCHIVE_SNAPSHOT, target, sealing });
    process.stdout.write(`${name}: ${report.archiveBytes} bytes\n`);
  }
} finally {
  await rm(room, { recursive: true });
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
