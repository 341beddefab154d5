// What is true after `pin`, `unpin`, `tag`, `untag` and `confirm`.
import type { RemarkReport } from '../../engine/retention/remark-request.js';

const DONE: Readonly<Record<RemarkReport['remark'], (tag: string) => string>> = {
  pin: () => 'is pinned: no rule removes it',
  unpin: () => 'is not pinned',
  tag: (tag) => `has the tag '${tag}'`,
  untag: (tag) => `does not have the tag '${tag}' any more`,
  confirm: () => 'is confirmed',
};

export function formatRemark({ snapshot, remark, tag, alarms }: RemarkReport): string {
  const line = `snapshot ${snapshot} ${DONE[remark](tag ?? '')}\n`;
  if (remark !== 'confirm') return line;
  if (alarms.length === 0) return `${line}no alarm is left: rules may remove what came before\n`;
  return `${line}alarms that are left: ${alarms.join(', ')}\n`;
}
