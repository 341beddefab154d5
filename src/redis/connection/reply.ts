// Replies of a server. Strings are bytes: a data directory may have a name that is no UTF-8.

export type Reply = Buffer | number | null | Reply[];

/** A reply that should be a string, as text; '' for any other. */
export function replyText(reply: Reply): string {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  return typeof reply === 'number' ? String(reply) : '';
}

/** A reply that should be a list of strings. */
export function replyItems(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}
