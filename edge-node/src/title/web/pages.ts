// Every page of the browser and every frame with a process of its own, as soon as it is there.

import type { DevTools, Params } from "./devtools.ts";

export type PagePart = {
  /** Of the DevTools protocol. */
  sessionId: string;
  /** A whole page, and not a frame in one. */
  whole: boolean;
  call(method: string, params?: Params): Promise<Params>;
};

export type PagesEvents = {
  /** Before its first script runs. */
  onPart(part: PagePart): Promise<void>;
  onEvent(method: string, params: Params, part: PagePart): void;
};

/** Keeps `parts` as they come and go. */
export async function followPages(devTools: DevTools, parts: Map<string, PagePart>, events: PagesEvents): Promise<void> {
  const attachBelow = (sessionId?: string) =>
    devTools.call("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }, sessionId);

  devTools.onEvent((method, params, sessionId) => {
    if (method === "Target.attachedToTarget") return void attached(params).catch(complain);
    if (method === "Target.detachedFromTarget") return void parts.delete(String(params.sessionId));
    const part = sessionId === undefined ? undefined : parts.get(sessionId);
    if (part) events.onEvent(method, params, part);
  });

  // A page that closes meanwhile is no loss, but whoever looks for one should find it.
  const complain = (error: Error) => console.error(`A page can't be followed: ${error.message}`);

  async function attached(params: Params): Promise<void> {
    const sessionId = String(params.sessionId);
    const { type } = params.targetInfo as { type: string };
    const call: PagePart["call"] = (method, given) => devTools.call(method, given, sessionId);
    try {
      if (type !== "page" && type !== "iframe") return;
      const part: PagePart = { sessionId, whole: type === "page", call };
      parts.set(sessionId, part);
      await Promise.all([attachBelow(sessionId), events.onPart(part)]);
    } finally {
      // Whatever failed, it waits for this one.
      await call("Runtime.runIfWaitingForDebugger");
    }
  }

  await attachBelow();
}
