// The deployment files as values.

import { readFileSync } from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";

export const ROOT = path.join(import.meta.dirname, "../..");
export const KUBERNETES = path.join(ROOT, "infra/kubernetes");

export type Value = Record<string, unknown>;

export function readText(...parts: string[]): string {
  return readFileSync(path.join(ROOT, ...parts), "utf8");
}

/** Anchors and merges carried out. */
export function readYaml(file: string): Value {
  return parse(readText(file), { merge: true }) as Value;
}

export function readDocuments(file: string): Value[] {
  return parseAllDocuments(readFileSync(file, "utf8")).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
    return document.toJS() as Value;
  });
}

/** `get(value, "spec", "template")`: undefined where there is no such thing. */
export function get(value: unknown, ...names: (string | number)[]): unknown {
  let found = value;
  for (const name of names) found = (found as Record<string | number, unknown> | undefined)?.[name];
  return found;
}

export const listOf = (value: unknown): Value[] => (Array.isArray(value) ? (value as Value[]) : []);
