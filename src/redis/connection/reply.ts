// Replies of a server. Strings are bytes, since a data directory may have a name that is not UTF-8.

export type Reply = Buffer | number | null | Reply[];

/** A string or a number as text; '' for any other reply. */
export function replyText(reply: Reply): string {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  return typeof reply === 'number' ? String(reply) : '';
}

/** The items of a list; none for any other reply. */
export function replyItems(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}
