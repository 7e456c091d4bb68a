// How a message reaches whoever subscribed: parsed at the door, handed over
// unless somebody has closed, its failure kept from all others.

import type { Log } from "../log.ts";
import { readJson } from "./json.ts";
import type { Schema } from "./ports.ts";

/** Takes one message's text. Never throws. */
export type Receiver = (text: string) => void;

export function makeReceiver<T>(
  subject: string,
  schema: Schema<T>,
  handler: (message: T) => void | Promise<void>,
  { log, closed }: { log: Log; closed(): boolean },
): Receiver {
  return (text) => {
    if (closed()) return;
    const read = readJson(schema, text);
    if (!read.ok) return log.warn({ subject, reason: read.reason }, "a message between servers makes no sense; it was dropped");
    Promise.try(() => handler(read.value)).catch((error: unknown) => {
      log.error({ subject, error }, "a message between servers could not be handled");
    });
  };
}
