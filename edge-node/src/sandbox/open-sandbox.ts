import { openBubblewrap } from "./adapters/bubblewrap.ts";
import { unconfined } from "./adapters/unconfined.ts";
import type { Sandbox } from "./ports.ts";

/** Rejects with what to do where this machine can't confine titles: there is no quiet way around it. */
export async function openSandbox(name: Sandbox["name"], policy: { networkAllowed: boolean; log?(detail: string): void }): Promise<Sandbox> {
  return name === "none" ? unconfined : openBubblewrap(policy);
}
