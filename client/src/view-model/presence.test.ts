import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPresence } from "./presence.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

function setUp() {
  const sent: unknown[] = [];
  const channel = {
    bufferedBytes: 0,
    open: true,
    send(text: string | Uint8Array) {
      if (channel.open) sent.push(JSON.parse(String(text)));
      return channel.open;
    },
  };
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" as DocumentVisibilityState });
  const turn = (state: DocumentVisibilityState) => {
    page.visibilityState = state;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  const presence = createPresence(scope, page as unknown as Document);
  return { presence, channel, sent, turn };
}

test("the node is told when the page is hidden and when it is seen again, once each", () => {
  const { presence, channel, sent, turn } = setUp();
  presence.connect(channel);
  expect(sent).toEqual([]);
  turn("hidden");
  presence.tell();
  turn("visible");
  expect(sent).toEqual([{ type: "presence", visible: false }, { type: "presence", visible: true }]);
});

test("what a channel did not take is told later", () => {
  const { presence, channel, sent, turn } = setUp();
  turn("hidden");
  channel.open = false;
  presence.connect(channel);
  channel.open = true;
  presence.tell();
  expect(sent).toEqual([{ type: "presence", visible: false }]);
});

test("a page that has been left tells nothing", async () => {
  const { presence, channel, sent, turn } = setUp();
  presence.connect(channel);
  await scope.close();
  turn("hidden");
  expect(sent).toEqual([]);
});
