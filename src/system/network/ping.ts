// Tells a monitor by one HTTP request, as healthchecks.io and its kin take it. The address has a secret in it: no message shows it.
import type { Secret } from '../secrets/secret.js';

/** How long the monitor may take. */
const TIMEOUT_MS = 10_000;

/** What a monitor keeps of a text (healthchecks.io takes 100 kB, others less). */
const TEXT_MOST_BYTES = 10_000;

/**
 * @param url http or https
 * @param path added to that of the address, such as `/start`; '' for none
 * @param text for whoever looks; '' for none
 * @returns why the monitor was not told; null where it was
 */
export async function ping(url: Secret, path: string, text: string): Promise<string | null> {
  const address = new URL(url.reveal());
  address.pathname = `${address.pathname.replace(/\/$/, '')}${path}`;
  try {
    const response = await fetch(address, {
      method: 'POST',
      body: Buffer.from(text, 'utf8').subarray(0, TEXT_MOST_BYTES),
      // The secret is for this host alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? null : `${address.host} has answered with ${response.status}`;
  } catch (error) {
    return `${address.host} ${isLate(error) ? 'has not answered in time' : 'cannot be reached'}`;
  }
}

function isLate(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** Whether a monitor can be told at this address. */
export function isPingAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
