// What travels between processes, as text. What was sent and what arrives are two
// values, also where both ends are one process, so that no test with the
// in-process adapter passes for sharing an object.

import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import type { Schema } from "./ports.ts";

export type Read<T> = { ok: true; value: T } | { ok: false; reason: string };

export function readJson<T>(schema: Schema<T>, text: string): Read<T> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { ok: false, reason: "it is not JSON" };
  }
  const parsed = z.safeParse(schema, raw, WORDS);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, reason: describeIssues(parsed.error.issues) };
}

/** Throws for what JSON can't say, and for more than `bytesMax`. */
export function writeJson(value: unknown, bytesMax: number): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new Error("this value has no JSON");
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax) throw new Error(`at most ${bytesMax} bytes, this has ${bytes}`);
  return text;
}
