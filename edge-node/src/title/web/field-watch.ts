// Has every frame of a web title tell when a field for text has the focus.

import { readFile } from "node:fs/promises";
import type { FieldKind } from "@nearframe/shared/protocol/session-control";
import type { PagePart } from "./pages.ts";

/** Of ours beside the page's: neither sees the other's names. */
const WORLD = "nearframe";
const BINDING = "nearframeField";
const SCRIPT = new URL("in-page/fields.js", import.meta.url);

export type FieldNews = { focused: boolean; kind: FieldKind };

export async function watchFieldsOf(part: PagePart): Promise<void> {
  await Promise.all([part.call("Page.enable"), part.call("Runtime.enable")]);
  await part.call("Runtime.addBinding", { name: BINDING, executionContextName: WORLD });
  await part.call("Page.addScriptToEvaluateOnNewDocument", {
    source: `{${await readFile(SCRIPT, "utf8")}}`,
    worldName: WORLD,
    runImmediately: true,
  });
}

/** What an event of the protocol says of fields, if anything. */
export function fieldNewsOf(method: string, params: Record<string, unknown>): FieldNews | undefined {
  if (method !== "Runtime.bindingCalled" || params.name !== BINDING) return undefined;
  return JSON.parse(String(params.payload)) as FieldNews;
}
