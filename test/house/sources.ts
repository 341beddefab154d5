// The source files as the tests of this folder read them: names, texts and imports.
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface SourceFile {
  /** Relative to the folder that was read, with slashes. */
  readonly name: string;
  readonly text: string;
}

/** Every TypeScript file below a folder of the project. */
export function readSources(top: string): SourceFile[] {
  return fs
    .readdirSync(path.resolve(top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: fs.readFileSync(path.resolve(top, name), 'utf8') }));
}

/** Names of the files below the same folder that a file imports, statically or not, for types or values. */
export function importsOf({ name, text }: SourceFile): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)];
  return specifiers.map(([, specifier]) =>
    path.normalize(path.join(path.dirname(name), specifier as string)),
  );
}

/** The text without comments, except those that follow code on the same line. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
