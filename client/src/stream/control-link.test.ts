import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createControlLink } from "./control-link.ts";

/** What the link uses of a WebSocket, worked by hand. */
class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
  hear(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const welcome = { type: "welcome", protocol: PROTOCOL_VERSION, playerId: "p-1", token: "t-1", held: [] };

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(async () => {
  await scope.close();
  vi.unstubAllGlobals();
});

function setUp(storedToken?: string) {
  const sockets: FakeSocket[] = [];
  const timers = createFakeTimers();
  let token = storedToken;
  const malformed: string[] = [];
  const link = createControlLink(scope, {
    openSocket() {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    token: { read: () => token, write: (next) => void (token = next) },
    timers,
    random: () => 0.5,
    onMalformed: (detail) => malformed.push(detail),
  });
  const socket = () => sockets.at(-1)!;
  return { link, sockets, socket, timers, malformed, token: () => token };
}

test.each(["left", "ended"] as const)("a session that was kept and is %s is kept no longer", (how) => {
  const { link, socket } = setUp();
  socket().open();
  const held = ["s-1", "s-2"].map((sessionId) => ({ sessionId, titleId: "some-title", untilMs: 9 }));
  socket().hear({ ...welcome, held });
  if (how === "left") link.send({ type: "session.leave", sessionId: "s-1" });
  else socket().hear({ type: "session.ended", sessionId: "s-1", reason: "player-left" });
  expect(link.status.value).toMatchObject({ is: "open", held: [{ sessionId: "s-2" }] });
});

test("says hello, and is open once welcomed", () => {
  const { link, socket, token } = setUp();
  socket().open();
  expect(socket().sent).toEqual([{ type: "hello", protocol: PROTOCOL_VERSION }]);
  expect(link.send({ type: "session.leave", sessionId: "s-1" })).toBe(false);
  socket().hear(welcome);
  expect(link.status.value).toEqual({ is: "open", playerId: "p-1", held: [] });
  expect(token()).toBe("t-1");
  expect(link.send({ type: "session.leave", sessionId: "s-1" })).toBe(true);
});

test("comes back by itself, as the same player, waiting longer each time", () => {
  const { link, sockets, socket, timers } = setUp();
  socket().open();
  socket().hear(welcome);
  socket().drop();
  expect(link.status.value).toEqual({ is: "connecting", attemptsFailed: 1 });
  timers.pass(250);
  expect(sockets).toHaveLength(2);
  socket().drop();
  timers.pass(499);
  expect(sockets).toHaveLength(2);
  timers.pass(1);
  socket().open();
  expect(socket().sent).toEqual([{ type: "hello", protocol: PROTOCOL_VERSION, token: "t-1" }]);
  socket().hear(welcome);
  socket().drop();
  timers.pass(250);
  expect(sockets).toHaveLength(4);
});

test("needn't wait when the browser is online again", () => {
  const { link, sockets, socket } = setUp();
  link.retryNow();
  expect(sockets).toHaveLength(1);
  socket().drop();
  link.retryNow();
  expect(sockets).toHaveLength(2);
});

test("goes on as a new guest when its token is refused", () => {
  const { socket, timers, token } = setUp("old");
  socket().open();
  socket().drop(CloseCode.unauthorized);
  expect(token()).toBeUndefined();
  timers.pass(250);
  socket().open();
  expect(socket().sent).toEqual([{ type: "hello", protocol: PROTOCOL_VERSION }]);
});

test.each([
  [CloseCode.replaced, "replaced"],
  [CloseCode.protocol, "outdated"],
] as const)("does not come back after close code %i", (code, why) => {
  const { link, sockets, socket, timers } = setUp();
  socket().open();
  socket().drop(code);
  expect(link.status.value).toEqual({ is: "closed", why });
  link.retryNow();
  timers.pass(60_000);
  expect(sockets).toHaveLength(1);
});

test("takes a line that went silent for dead, though no close event came", () => {
  const { link, sockets, socket, timers } = setUp();
  socket().open();
  socket().hear(welcome);
  timers.pass(15_000);
  expect(socket().sent.filter((message) => (message as { type: string }).type === "ping")).toHaveLength(3);
  expect(link.status.value.is).toBe("open");
  timers.pass(5_250);
  expect(sockets[0]?.closed).toBe(true);
  expect(sockets).toHaveLength(2);
});

test("passes on what it hears, and reports what no server says", () => {
  const { link, socket, malformed } = setUp();
  const heard: string[] = [];
  const stop = link.onMessage((message) => heard.push(message.type));
  socket().open();
  socket().hear(welcome);
  socket().hear("no json");
  socket().hear({ type: "session.progress", sessionId: "s-1", step: "no-such-step" });
  expect(heard).toEqual(["welcome"]);
  expect(malformed).toHaveLength(2);
  stop();
  socket().hear(welcome);
  expect(heard).toHaveLength(1);
});

test("closing leaves no timer and no socket", async () => {
  const { sockets, socket, timers } = setUp();
  socket().open();
  socket().hear(welcome);
  await scope.close();
  socket().drop();
  expect(socket().closed).toBe(true);
  expect(sockets).toHaveLength(1);
  expect(timers.pending).toBe(0);
});
