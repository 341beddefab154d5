// Changes what the catalog keeps of what people say of snapshots, and of what comparing them has found.
import type { Catalog } from '../../catalog/catalog.js';
import type { RemarkChange } from '../repository.js';

/** One transaction. A writer has migrated the catalog, so that it has the tables. */
export function remark(
  catalog: Catalog,
  { marks = [], alarms = [], addedTags = [], removedTags = [] }: RemarkChange,
): void {
  const { remarks } = catalog;
  if (remarks === null) throw new Error('the catalog was not migrated');
  catalog.write(() => {
    for (const mark of marks) remarks.marks.put(mark);
    for (const alarm of alarms) remarks.alarms.put(alarm);
    for (const tag of removedTags) remarks.tags.remove(tag);
    for (const tag of addedTags) remarks.tags.add(tag);
  });
}
