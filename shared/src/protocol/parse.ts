// The door: unknown text in, a typed message or a clear refusal out.

import * as z from "zod/mini";
import { WORDS } from "../words.ts";
import { MESSAGE_BYTES_MAX } from "./limits.ts";

export type Parsed<T> = { ok: true; value: T } | { ok: false; code: ParseFailure; message: string };
export type ParseFailure = "MESSAGE_TOO_LARGE" | "MESSAGE_NOT_JSON" | "MESSAGE_UNKNOWN" | "MESSAGE_INVALID";

/** Reads one control message. Never throws; the refusal says field and reason. */
export function parseMessage<S extends z.ZodMiniType>(schema: S, text: string): Parsed<z.output<S>> {
  if (text.length > MESSAGE_BYTES_MAX) {
    return refuse("MESSAGE_TOO_LARGE", `a message may have ${MESSAGE_BYTES_MAX} bytes, this has ${text.length}`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return refuse("MESSAGE_NOT_JSON", "a message is one JSON object, this is not JSON");
  }
  const parsed = z.safeParse(schema, raw, WORDS);
  if (parsed.success) return { ok: true, value: parsed.data };
  const unknownType = parsed.error.issues.some((issue) => issue.code === "invalid_union");
  return refuse(unknownType ? "MESSAGE_UNKNOWN" : "MESSAGE_INVALID", describeIssues(parsed.error.issues));
}

function refuse(code: ParseFailure, message: string): Parsed<never> {
  return { ok: false, code, message };
}

/** "device.screen.width: Invalid input", at most three of them. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .slice(0, 3)
    .map((issue) => `${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${issue.message}`)
    .join("; ");
}
