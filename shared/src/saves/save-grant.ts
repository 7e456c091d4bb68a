// A session's right to its player's saves of one title, as the server hands it
// to the node that runs the session.

import * as z from "zod/mini";

/** Signed by the server; nobody else looks inside. */
export const Ticket = z.string().check(z.minLength(1), z.maxLength(2048));

export const SaveGrant = z.strictObject({
  ticket: Ticket,
  /** Where saves are fetched from and brought to, if not at the server that the node has dialled. */
  url: z.optional(z.string().check(z.maxLength(2048), z.regex(/^https?:\/\//))),
});
export type SaveGrant = z.infer<typeof SaveGrant>;
