// A server that is killed in the middle of a session, in a real browser: media never stops, and the
// server that is started in its place finds the session again.

import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { descendants, eventually } from "../support/processes.ts";
import { installShownFrames, longestGapSince, pageMs } from "../support/shown-frames.ts";
import { startStack } from "../support/stack.ts";

/**
 * On a machine that does nothing else the longest pause is a third of a second, while the new server
 * starts beside the encoder; new transports would need a player who asks for them, and a new title a new process.
 */
const GAP_MS_MAX = 3_000;

test("a server killed in the middle of play: the picture goes on, and the session is the same afterwards", { timeout: 180_000 }, async () => {
  await using scope = new Scope();
  const stack = await startStack({}, scope);
  const page = await (await openBrowser(scope)).newPage();
  await installShownFrames(page);
  await play(page, stack.url, "test-card");
  await waitForFrames(page);
  const serverOf = async () => (await descendants(stack.pid)).find(({ command }) => command.includes("server/src/main.ts"))?.pid;
  const slotsFree = async () => {
    const health = await fetch(`${stack.url}/api/health`).then((response) => response.json(), () => undefined);
    return (health as { slotsFree?: number } | undefined)?.slotsFree;
  };
  const pipelinePid = async () => (await descendants(stack.pid)).find(({ command }) => command.includes("pipeline-process"))?.pid;
  const [server, pipeline, free] = [await serverOf(), await pipelinePid(), await slotsFree()];
  if (server === undefined || free === undefined) throw new Error("no server runs");

  const killedAtMs = await pageMs(page);
  process.kill(server, "SIGKILL");
  await eventually(serverOf, (pid) => pid !== undefined && pid !== server, 30_000, "another server");
  // It counts the session's slot as taken again: the node has told it, and the store has.
  await eventually(slotsFree, (now) => now === free, 45_000, "the new server to know of the session");
  await page.waitForTimeout(2_000);
  const gapMs = await longestGapSince(page, killedAtMs);
  console.log(`the longest pause between two frames was ${Math.round(gapMs)} ms`);
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(pipeline).toBeDefined();
  expect(await pipelinePid()).toBe(pipeline);

  // It is a session of the new server: leaving it there ends it on the node.
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await eventually(pipelinePid, (pid) => pid === undefined, 30_000, "the session's end on the node");
  await eventually(slotsFree, (now) => now === free + 1, 30_000, "the slot");
});
