// What a web title's browser tells the node, and what the node has it do.

import { connectBridge } from "../bridge/connect-bridge.ts";
import { TOUCHES_MAX } from "@nearframe/shared/input/messages";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { ToTitle } from "../bridge/messages.ts";
import { createWebCamera } from "./camera.ts";
import type { DevTools } from "./devtools.ts";
import { fieldNewsOf, watchFieldsOf, type FieldNews } from "./field-watch.ts";
import { followPages, type PagePart } from "./pages.ts";
import { createWebTouches } from "./touches.ts";
import { readTree } from "./read-tree.ts";
import { createWebSenses, type WebSensesOptions } from "./senses.ts";

export type BridgeOptions = WebSensesOptions & {
  /** Where the first page goes once it is prepared, if it began empty. */
  opensLater: string | undefined;
  /** It understands fingers, and has a screen of this size for them. */
  touchScreen: TitleSize | undefined;
};

export async function serveBridge(options: BridgeOptions, devTools: DevTools): Promise<void> {
  let { opensLater } = options;
  /** Which part of the page has a field in focus, and which. */
  let focus: { sessionId: string; kind: FieldNews["kind"] } | undefined;
  const parts = new Map<string, PagePart>();
  const senses = createWebSenses(options, devTools, () => parts.values());
  const camera = options.sensors.includes("camera") ? createWebCamera(() => bridge.say({ type: "camera-lost" })) : undefined;
  const touch = options.touchScreen && createWebTouches(options.touchScreen, async (call) => wholePage()?.call("Input.dispatchTouchEvent", call));
  /** The one in front; fingers on a frame in it find their way from there. */
  const wholePage = () => [...parts.values()].findLast(({ whole }) => whole);
  const bridge = connectBridge((message: ToTitle) => {
    if (message.type === "camera") return camera?.show(message);
    if (message.type === "touches") return touch?.(message);
    if (message.type !== "tree.read") return senses.handle(message);
    void readTree(parts.values()).then((nodes) => bridge.say({ type: "tree", id: message.id, nodes }));
  });
  await followPages(devTools, parts, {
    async onPart(part) {
      await Promise.all([watchFieldsOf(part), senses.prepare(part), camera?.prepare(part), touch && part.whole && prepareTouch(part)]);
      const url = opensLater;
      opensLater = undefined;
      if (url !== undefined) await part.call("Page.navigate", { url });
    },
    onEvent(method, params, part) {
      camera?.handleEvent(method, params, part);
      const { sessionId } = part;
      const news = fieldNewsOf(method, params);
      if (!news) return;
      const before = focus;
      // A frame that loses the focus says so after the one that gained it.
      if (news.focused) focus = { sessionId, kind: news.kind };
      else if (focus?.sessionId === sessionId) focus = undefined;
      if (focus) bridge.say({ type: "text-focus", focused: true, kind: focus.kind });
      else if (before) bridge.say({ type: "text-focus", focused: false });
    },
  });
}

/** Before its first script asks whether there is a touch screen. */
async function prepareTouch(part: PagePart): Promise<void> {
  await part.call("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: TOUCHES_MAX });
}
