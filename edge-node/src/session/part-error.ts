// Which part of a session failed as it opened, so that the end names it.

import type { SessionEvent } from "./transition.ts";

export type Part = Extract<SessionEvent, { type: "part-failed" }>["part"];

export class PartError extends Error {
  readonly part: Part;
  constructor(part: Part, cause: unknown) {
    super(`${part} failed`, { cause });
    this.part = part;
  }
}

export const blame = (part: Part) => (cause: unknown): never => {
  throw new PartError(part, cause);
};

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
