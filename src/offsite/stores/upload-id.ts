// The number of one upload: its time and 16 random digits. It tells the segments of two uploads to one name apart.
import { randomBytes } from 'node:crypto';

/** As a part of a regular expression. */
export const UPLOAD_ID = '[0-9]{13}-[0-9a-f]{16}';

export function newUploadId(nowMs: number): string {
  return `${String(Math.floor(nowMs)).padStart(13, '0')}-${randomBytes(8).toString('hex')}`;
}
