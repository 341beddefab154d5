// Recipients and identities as people give them: from options, and from files that may hold anything.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { SystemError, UsageError } from '../../../src/errors.js';
import { sealHeader } from '../../../src/offsite/age/age-header.js';
import { readIdentities } from '../../../src/offsite/age/read-identities.js';
import { parseRecipient, readRecipients } from '../../../src/offsite/age/read-recipients.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const fileSystem = new RealFileSystem();
const SSH =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGwT1yGJ0Zq0cWQmFGXk9mEJk8Wm2hVqvEJ8m7lBv0Qk me@host';

test('recipients of age and ssh keys are taken, and nothing else', (t) => {
  t.is(parseRecipient(` ${SSH} `), SSH);
  const misnamed = SSH.replace('ssh-ed25519', 'ssh-rsa');
  const cut = SSH.slice(0, 60);
  const others = ['', 'age1', 'age1yubikey1qqq', 'AGE1QQQ', 'ssh-dss AAAA', 'me@example.org'];
  for (const text of [...others, 'ssh-ed25519 AAAA', misnamed, cut]) {
    t.throws(() => parseRecipient(text), { instanceOf: UsageError, message: /not a recipient/ });
  }
});

test('a secret key in the place of a recipient is refused, and not repeated', async (t) => {
  const identity = await generateX25519Identity();
  const error = t.throws(() => parseRecipient(identity), { instanceOf: UsageError });
  t.false(`${error?.message} ${error?.hint}`.includes(identity.slice(20)));
});

test('a recipient with a wrong letter is refused when the archive is sealed', async (t) => {
  const recipient = await identityToRecipient(await generateX25519Identity());
  const wrong = recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q');
  await t.throwsAsync(sealHeader({ recipients: [wrong] }), { instanceOf: UsageError });
});

test('a file of recipients has one on each line, and comments', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'recipients');
  const recipient = await identityToRecipient(await generateX25519Identity());
  await writeFile(file, `# ours\n\n${recipient}\r\n  ${SSH}\n`);
  t.deepEqual(readRecipients(fileSystem, pathFromText(file)), [recipient, SSH]);
  await writeFile(file, '# nobody\n');
  t.throws(() => readRecipients(fileSystem, pathFromText(file)), {
    instanceOf: UsageError,
    message: /there is no recipient in '/,
  });
  t.throws(() => readRecipients(fileSystem, pathFromText(`${file}.none`)), {
    instanceOf: SystemError,
  });
});

test('a file of identities is told from an ssh key and from anything else', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'key');
  const identity = await generateX25519Identity();
  await writeFile(file, `# created: today\n# public key: age1…\n${identity}\n`);
  const read = readIdentities(fileSystem, pathFromText(file));
  t.deepEqual(
    read.identities.map((secret) => secret.reveal()),
    [identity],
  );
  t.false(JSON.stringify(read).includes(identity));
  await writeFile(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\n');
  t.true(readIdentities(fileSystem, pathFromText(file)).isSsh);
  for (const [text, message] of [
    ['', /there is no identity in '/],
    [`${identity}\nsomething else\n`, /there is no identity in '/],
    ['AGE-PLUGIN-YUBIKEY-1QQQ\n', /there is no identity in '/],
    ['age-encryption.org/v1\n-> scrypt a 18\n', /is encrypted itself/],
  ] as const) {
    await writeFile(file, text);
    const error = t.throws(() => readIdentities(fileSystem, pathFromText(file)), {
      instanceOf: UsageError,
      message,
    });
    t.false(`${error?.message} ${error?.hint}`.includes(identity));
  }
});

test('a file larger than any key is not read to its end', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'key');
  await writeFile(file, Buffer.alloc(17 << 20, '#\n'));
  for (const read of [readIdentities, readRecipients]) {
    t.throws(() => read(fileSystem, pathFromText(file)), { message: /larger than 16 MiB/ });
  }
});
