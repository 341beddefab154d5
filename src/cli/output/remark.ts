// What is true after `pin`, `unpin`, `tag`, `untag` and `confirm`.
import type { RemarkReport } from '../../engine/retention/remark-request.js';

const DONE: Readonly<Record<RemarkReport['remark'], string>> = {
  pin: 'is pinned: no rule removes it',
  unpin: 'is not pinned',
  tag: 'has the tag',
  untag: 'does not have the tag any more',
  confirm: 'is confirmed',
};

export function formatRemark({ snapshot, remark, alarms }: RemarkReport): string {
  const line = `snapshot ${snapshot} ${DONE[remark]}\n`;
  if (remark !== 'confirm') return line;
  if (alarms.length === 0) return `${line}no alarm is left: rules may remove what came before\n`;
  return `${line}alarms that are left: ${alarms.join(', ')}\n`;
}
