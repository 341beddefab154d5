// The name of the program and its version, which is read from package.json.
import { readFileSync } from 'node:fs';

/** `redis-rewind 0.1.0` */
export function programVersion(): string {
  const manifest = new URL('../../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return `redis-rewind ${version}`;
}
