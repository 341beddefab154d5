// JSON from a server: of a bounded size, and each value looked at before it is used.
import type { HttpAnswer } from './http/http-answer.js';
import { foreignAnswer } from './http/remote-failure.js';

/** @throws RemoteFailure */
export async function readAnswerJson(answer: HttpAnswer, mostBytes: number): Promise<unknown> {
  return parseForeignJson(await answer.read(mostBytes));
}

/** @throws RemoteFailure */
export function parseForeignJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    throw foreignAnswer('its answer is not JSON');
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that is an object. @throws RemoteFailure */
export function readRecord(value: unknown, field: string): Record<string, unknown> {
  const found = isRecord(value) ? value[field] : undefined;
  if (isRecord(found)) return found;
  throw foreignAnswer(`its answer has no ${field}`);
}

/** All elements of a list that are objects. @throws RemoteFailure where the value is no list */
export function readRecords(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw foreignAnswer('its answer is not a list');
  return value.filter(isRecord);
}
