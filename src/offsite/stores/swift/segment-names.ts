// Where the segments of an archive are: in a container of their own, `<container>_segments`, as other programs for
// Swift have it, so that no list of archives shows them. Each upload has a folder of its own there, so that an
// archive that is replaced keeps its segments until the new one is whole:
// `<name of the archive>/<time of the upload in ms>-<16 random digits>/<number>`.
import { UPLOAD_ID } from '../upload-id.js';

export interface SegmentName {
  /** The name of the archive's object. */
  readonly object: string;
  readonly upload: string;
  /** From 1 on. */
  readonly number: number;
}

const NAME = new RegExp(`^(.+)/(${UPLOAD_ID})/([0-9]{8})$`, 's');

export function segmentContainer(container: string): string {
  return `${container}_segments`;
}

export function formatSegmentName({ object, upload, number }: SegmentName): string {
  return `${object}/${upload}/${String(number).padStart(8, '0')}`;
}

/** Null for what is not a segment of ours. */
export function parseSegmentName(name: string): SegmentName | null {
  const [, object, upload, number] = NAME.exec(name) ?? [];
  if (object === undefined || upload === undefined || number === undefined) return null;
  return { object, upload, number: Number(number) };
}
