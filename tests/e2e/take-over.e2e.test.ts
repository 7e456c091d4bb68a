// One player, two screens: a session goes to another tab only when the player says so, and comes
// back at once to a tab that was reloaded, though its old socket still looks alive to the server.

import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { eventually } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

let scope: Scope;
let stack: Stack;
beforeAll(async () => {
  scope = new Scope();
  stack = await startStack({}, scope);
});
afterAll(() => scope.close());

const PLAY_HERE = "Play here instead";
/** The server takes a silent socket for dead after 20 s and more; this is well before. */
const AT_ONCE_MS = 12_000;

const sessionOf = (page: Page) =>
  page.evaluate(() => {
    const session = window.__nearframe?.session;
    return session && "sessionId" in session ? session.sessionId : undefined;
  });

test("a second tab plays on where the first was, when the player says so, and the first may have it back", async () => {
  const browser = await openBrowser(scope);
  const first = await browser.newPage();
  await play(first, stack.url, "test-card");
  const sessionId = await sessionOf(first);
  expect(sessionId).toBeDefined();

  const second = await browser.newPage();
  await second.goto(`${stack.url}/play/test-card`);
  const choice = second.getByRole("button", { name: PLAY_HERE });
  await choice.waitFor({ timeout: 15_000 });
  expect(await sessionOf(first)).toBe(sessionId);
  await choice.click();
  await waitForFrames(second);
  expect(await sessionOf(second)).toBe(sessionId);

  const back = first.getByRole("button", { name: PLAY_HERE });
  await back.waitFor({ timeout: 15_000 });
  await back.click();
  // Its last picture has been standing there all the while: frames alone would tell nothing.
  await eventually(() => sessionOf(first), (held) => held === sessionId, 30_000, "the first tab's session");
  await waitForFrames(first);
  await browser.close();
});

test("a reloaded tab goes on at once, though the server has not heard that its old socket is gone", async () => {
  const browser = await openBrowser(scope);
  const page = await browser.newPage();
  // The page's end of a socket goes, and nobody tells the server's.
  await page.routeWebSocket(/\/control$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(message));
    socket.onMessage((message) => server.send(message));
    socket.onClose(() => undefined);
  });
  await play(page, stack.url, "test-card");
  const sessionId = await sessionOf(page);
  await page.reload();
  await waitForFrames(page, AT_ONCE_MS);
  expect(await sessionOf(page)).toBe(sessionId);
  await browser.close();
});
