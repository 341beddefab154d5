// A repository is one directory that names no place: moved or copied by the programs that people use,
// it opens, lists, verifies, restores and takes the next backup. What a program loses on the way is no
// corruption, and the next backup puts it right.
import { realpath } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';

import { InTheWayError } from '../../src/errors.js';
import { runProgram } from '../../src/system/programs/run-program.js';
import { layNight, recordNights } from '../support/sandbox/four-nights.js';
import { readTree, treeDifferences } from '../support/files/directory-tree.js';

interface Way {
  /** Run by a shell; `$1` is the repository, `$2` where it is to be. */
  readonly script: string;
  /** Kinds of the notes that verify has for the copy. */
  readonly notes: readonly string[];
  /** What a person must do before the next backup. */
  readonly mend?: string;
}

const WAYS: Readonly<Record<string, Way>> = {
  mv: { script: 'mv "$1" "$2"', notes: [] },
  'mv into a folder with blanks and quotes in its name': {
    script: `mkdir "$2's \\"new\\" home" && mv "$1" "$2's \\"new\\" home/x" && ln -s "$2's \\"new\\" home/x" "$2"`,
    notes: [],
  },
  'cp -a': { script: 'cp -a "$1" "$2"', notes: [] },
  'tar --format=posix': {
    script:
      'mkdir "$2" && tar -C "$1" --format=posix --numeric-owner -cf - . | tar -C "$2" --numeric-owner -xpf -',
    notes: [],
  },
  'tar, which keeps whole seconds': {
    script: 'mkdir "$2" && tar -C "$1" --format=gnu -cf - . | tar -C "$2" -xpf -',
    notes: ['mirror-metadata'],
  },
  'scp -rp, which follows links and keeps whole seconds and no owners': {
    script: `cp -rL --preserve=mode "$1" "$2"
      cd "$1" && find . -not -type l -exec sh -c \\
        'touch -d "@$(stat -c %Y "$1")" "$0/$1"' "$2" {} \\;`,
    notes: ['mirror-metadata', 'mirror-link', 'mirror-link'],
    // A folder that a link led to is copied in its place; a backup deletes no folder it has not made.
    mend: 'rm -r "$1/changeling"',
  },
};

for (const [name, { script, notes, mend }] of Object.entries(WAYS)) {
  test(`a repository copied by ${name} works as before`, async (t) => {
    const sandbox = await recordNights(t, 3);
    const [old, moved] = [sandbox.repository, sandbox.at('moved')];
    const { code, stderr } = runProgram('sh', ['-c', script, 'sh', old, moved]);
    t.is(code, 0, stderr);
    // From here on nothing may be found at the old place.
    runProgram('rm', ['-rf', old]);
    sandbox.repository = moved;

    const snapshots = sandbox.list();
    t.deepEqual(
      snapshots.map(({ id, time }) => ({ id, time })),
      sandbox.recorded.map(({ id, time }) => ({ id, time })),
    );
    const report = await sandbox.verify();
    t.deepEqual(report.problems, []);
    t.deepEqual(
      report.notes.map(({ kind }) => kind),
      notes,
    );
    await isWhole(t, sandbox, 'copied');

    if (mend !== undefined) {
      await t.throwsAsync(sandbox.backup(), { instanceOf: InTheWayError });
      t.is(runProgram('sh', ['-c', mend, 'sh', moved]).code, 0);
    }
    await layNight(sandbox.source, 4);
    const backup = await sandbox.backup();
    t.deepEqual(
      backup.notes.filter(({ severity }) => severity === 'look').map(({ kind }) => kind),
      notes.filter((kind) => kind === 'mirror-link').map(() => 'mirror-mended'),
    );
    const after = await sandbox.verify();
    t.deepEqual([after.problems, after.notes], [[], []]);
    await isWhole(t, sandbox, 'backed-up');
    t.deepEqual(
      mirrorDifferences(await readTree(sandbox.source), await readTree(await realpath(moved))),
      [],
    );
  });
}

async function isWhole(
  t: ExecutionContext,
  sandbox: Awaited<ReturnType<typeof recordNights>>,
  name: string,
): Promise<void> {
  for (const { id, time, tree } of sandbox.recorded) {
    const destination = sandbox.at(`${name}-${id}`);
    await sandbox.restore({ time, to: destination });
    t.deepEqual(treeDifferences(tree, await readTree(destination)), [], `${name}, snapshot ${id}`);
  }
}

/** The mirror has what SOURCE has, but for the root's own metadata. */
function mirrorDifferences(...trees: Parameters<typeof treeDifferences>): string[] {
  const [source, mirror] = trees.map((tree) =>
    Object.fromEntries(
      Object.entries(tree).filter(
        ([entry]) => entry !== '.' && !entry.startsWith('redis-rewind-data'),
      ),
    ),
  );
  return treeDifferences(source ?? {}, mirror ?? {});
}
