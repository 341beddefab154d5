// What is wrong with rows of a catalog, in the words of every command.

export function describeDamagedSnapshot(id: number): string {
  return `the rows of snapshot ${id} are not as its backup wrote them`;
}

export function describeDamagedTable(name: string): string {
  return `the rows of table '${name}' are not as they were written`;
}
