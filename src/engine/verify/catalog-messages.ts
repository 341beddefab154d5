// What is wrong with a catalog, in the words that a verification and a repair use.
import type { CatalogFaults } from '../../repository/check/check-findings.js';
import {
  describeDamagedSnapshot,
  describeDamagedTable,
} from '../../repository/check/fault-messages.js';

/** Damaged examinations cost no snapshot. */
export function describeDamagedExaminations({ damagedExaminations }: CatalogFaults): string[] {
  if (damagedExaminations === 0) return [];
  return [`rows of examinations are not as backups wrote them: ${damagedExaminations}`];
}

/** Damaged marks, tags and alarms cost no snapshot. A damaged mark counts as a pin. */
export function describeDamagedRemarks({ damagedRemarks }: CatalogFaults): string[] {
  if (damagedRemarks === 0) return [];
  return [`rows of marks, tags or alarms are not as they were written: ${damagedRemarks}`];
}

/** A line for each fault; the first one is the most telling. */
export function describeFaults(faults: CatalogFaults): string[] {
  return [
    ...faults.integrity,
    ...faults.damagedTables.map(describeDamagedTable),
    ...faults.damagedSnapshots.map(describeDamagedSnapshot),
    ...describeDamagedExaminations(faults),
    ...describeDamagedRemarks(faults),
    ...faults.unsafeNames.map(({ message }) => message),
  ];
}
