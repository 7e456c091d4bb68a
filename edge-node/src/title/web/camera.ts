// The player's camera in the pages of a web title: what they ask `getUserMedia` for is made in the
// page (in-page/camera.js) of the frames that are passed to it here, to each document that has opened it.

import { readFile } from "node:fs/promises";
import type { CodedPicture } from "../bridge/messages.ts";
import { NEW_PAGE, passCamera, type CameraEvent, type CameraQueue } from "./camera-queue.ts";
import type { PagePart } from "./pages.ts";

const BINDING = "nearframeCamera";
const SCRIPT = new URL("in-page/camera.js", import.meta.url);
/** By the name under which the script left it in its document. */
const TAKE = "(keyframe, data) => globalThis.nearframeTakeFrame?.(keyframe, data)";

export interface WebCamera {
  /** Before the part's first script runs. */
  prepare(part: PagePart): Promise<void>;
  handleEvent(method: string, params: Record<string, unknown>, part: PagePart): void;
  show(frame: CodedPicture): void;
}

type OpenDocument = { part: PagePart; contextId: number; queue: CameraQueue };

export function createWebCamera(askKeyframe: () => void): WebCamera {
  /** By part and execution context. */
  const open = new Map<string, OpenDocument>();
  const keyOf = ({ sessionId }: PagePart, contextId: number) => `${sessionId} ${contextId}`;

  function pass(key: string, event: CameraEvent): void {
    const document = open.get(key);
    if (!document) return;
    const [queue, effects] = passCamera(document.queue, event);
    document.queue = queue;
    for (const effect of effects) {
      if (effect.type === "ask-keyframe") askKeyframe();
      else void give(key, document, effect.frame);
    }
  }

  /** One at a time: the answer comes when the page has it. */
  async function give(key: string, { part, contextId }: OpenDocument, { keyframe, data }: CodedPicture): Promise<void> {
    try {
      await part.call("Runtime.callFunctionOn", { functionDeclaration: TAKE, executionContextId: contextId, arguments: [{ value: keyframe }, { value: data }] });
      pass(key, { type: "taken" });
    } catch {
      // The document is gone, as documents go.
      open.delete(key);
    }
  }

  return {
    async prepare(part) {
      await part.call("Runtime.addBinding", { name: BINDING });
      // In a function: a mere block would leave the names of its functions among the page's own.
      const source = `(() => {${await readFile(SCRIPT, "utf8")}})();`;
      await part.call("Page.addScriptToEvaluateOnNewDocument", { source, runImmediately: true });
    },
    handleEvent(method, params, part) {
      if (method === "Runtime.executionContextDestroyed") return void open.delete(keyOf(part, Number(params.executionContextId)));
      if (method !== "Runtime.bindingCalled" || params.name !== BINDING) return;
      const contextId = Number(params.executionContextId);
      const key = keyOf(part, contextId);
      // A title may say anything here; what it gets is what its player gave it.
      if (params.payload === "closed") return void open.delete(key);
      if (!open.has(key)) open.set(key, { part, contextId, queue: NEW_PAGE });
      askKeyframe();
    },
    show(frame) {
      for (const key of open.keys()) pass(key, { type: "frame", frame });
    },
  };
}
