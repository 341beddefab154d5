// Whether the server can write in the directory in which its files are placed.
import test from 'ava';
import { directoryNotes } from '../../../../src/engine/recover/plan/directory-notes.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';

const OWNER = { uid: 102, gid: 105 };
const CASES: readonly [title: string, uid: bigint, mode: bigint, warns: boolean][] = [
  ['its own', 102n, 0o40750n, false],
  ["root's", 0n, 0o40755n, true],
  ["root's, but a group may write", 0n, 0o40775n, false],
  ["root's, but everybody may write", 0n, 0o41757n, false],
];

for (const [title, uid, mode, warns] of CASES) {
  test(`a directory that is ${title}: ${warns ? 'a warning' : 'no warning'}`, (t) => {
    const notes = directoryNotes(pathFromText('/data/a b'), { uid, mode }, OWNER);
    t.deepEqual(
      notes.map(({ severity, hint }) => [severity, hint]),
      warns ? [['look', "give the directory to that user: chown 102:105 '/data/a b'"]] : [],
    );
  });
}

test('root may write everywhere', (t) => {
  const stat = { uid: 102n, mode: 0o40700n };
  t.deepEqual(directoryNotes(pathFromText('/data'), stat, { uid: 0, gid: 0 }), []);
});
