// What is wrong with a catalog, in the words of every command.
import type { CatalogSizeFault } from './check-findings.js';

export function describeDamagedSnapshot(id: number): string {
  return `the rows of snapshot ${id} are not as its backup wrote them`;
}

export function describeDamagedTable(name: string): string {
  return `the rows of table '${name}' are not as they were written`;
}

export function describeSizeFault({ fileBytes, catalogBytes }: CatalogSizeFault): string {
  return `the catalog's file has ${fileBytes} bytes, but should have ${catalogBytes}`;
}
