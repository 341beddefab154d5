// The digest of an archive that was sent in parts. S3 wants an object's metadata before its first byte, and the
// SHA-256 is known after the last one. So the metadata have the number of the upload, and a small object beside the
// archive has the digests: `<name>.<upload>.sha256`. It is there before the archive is. Its first line is that of
// sha256sum(1); the lines of the parts are remarks to that program. Decision 0013 says why.
import { UPLOAD_ID } from '../upload-id.js';

export interface DigestObject {
  readonly sha256: string;
  /** In their order. */
  readonly parts: readonly PartDigest[];
}

export interface PartDigest {
  readonly sizeBytes: number;
  readonly md5: string;
}

/** 10,000 parts, and more. */
export const MOST_DIGEST_BYTES = 2 * 1024 * 1024;

const NAME = new RegExp(`^(.+)\\.(${UPLOAD_ID})\\.sha256$`, 's');

export function formatDigestName(archive: string, upload: string): string {
  return `${archive}.${upload}.sha256`;
}

/** Null for the name of anything else. */
export function parseDigestName(
  name: string,
): { readonly archive: string; readonly upload: string } | null {
  const [, archive, upload] = NAME.exec(name) ?? [];
  return archive === undefined || upload === undefined ? null : { archive, upload };
}

/** @param archive its name without folders, so that sha256sum finds it beside this file */
export function formatDigestObject(archive: string, { sha256, parts }: DigestObject): string {
  const lines = parts.map(({ sizeBytes, md5 }) => `# part ${sizeBytes} ${md5}`);
  return `${[`${sha256}  ${archive}`, ...lines].join('\n')}\n`;
}

/** Null for what is not what formatDigestObject has made. */
export function parseDigestObject(text: string): DigestObject | null {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const [, sha256] = /^([0-9a-f]{64}) {2}.+$/.exec(first) ?? [];
  if (sha256 === undefined) return null;
  const parts: PartDigest[] = [];
  for (const line of lines) {
    const [, size, md5] = /^# part ([0-9]{1,15}) ([0-9a-f]{32})$/.exec(line) ?? [];
    if (size === undefined || md5 === undefined) return null;
    parts.push({ sizeBytes: Number(size), md5 });
  }
  return { sha256, parts };
}
