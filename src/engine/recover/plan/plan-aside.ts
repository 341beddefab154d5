// What is moved out of the way before files are placed: everything that the server would load in their place, or write
// over. Other files in its directory stay where they are, such as the nodes.conf of a cluster. Pure.
import { asidePath } from '../../../repository/layout.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { TargetFacts } from './recovery-facts.js';
import type { AsidePlan, FilesPlan } from './recovery-plan.js';

export function planAside(
  { directory, names, isMovableOut, settings }: TargetFacts,
  files: FilesPlan,
  recoveryId: string,
): AsidePlan {
  const { dumpName, aofName, aofFolder } = settings;
  const targets = [...files.placed, ...(files.manifest === null ? [] : [files.manifest])];
  const inTheWay = new Set<BytePath>([
    dumpName,
    // A server from 7.0 on makes an AOF of one file the base of its set.
    aofName,
    ...(aofFolder === null ? [] : [aofFolder]),
    ...targets.map(({ to }) => firstName(to)),
  ]);
  return {
    folder: asidePath(directory, recoveryId, { holds: 'former', isWithin: !isMovableOut }),
    isWithin: !isMovableOut,
    names: names.filter((name) => inTheWay.has(name)),
    data: [...inTheWay],
  };
}

function firstName(path: BytePath): BytePath {
  return (path.split('/')[0] ?? '') as BytePath;
}
