// `npm start` itself: what it leaves behind, and what it says when it can't.

import { createServer } from "node:net";
import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../support/browser.ts";
import { descendants, eventually, listProcesses, type ProcessInfo } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** Starts a session, ends `npm start` by `end`, and waits for what it had started to be gone. */
async function leftAfter(end: (stack: Stack) => Promise<void>): Promise<ProcessInfo[]> {
  const scope = new Scope();
  try {
    // As it is without the tests' settings: what waits for the next player has to go too.
    const stack = await startStack({ environment: { NEARFRAME_WARM: "1" } }, scope);
    const browser = await openBrowser(scope, { viewport: { width: 640, height: 360 } });
    await play(await browser.newPage(), stack.url, "test-card");
    const started = await descendants(stack.pid);
    expect(started.map(({ command }) => command).join("\n")).toMatch(/Xvfb/);

    await end(stack);
    const pids = new Set(started.map(({ pid }) => pid));
    return await eventually(
      async () => (await listProcesses()).filter(({ pid }) => pids.has(pid)),
      (left) => left.length === 0,
      15_000,
      "processes of the ended start",
    );
  } finally {
    await scope.close();
  }
}

test("Ctrl-C in the middle of play ends everything that it started", async () => {
  const left = await leftAfter(async (stack) => {
    expect(await stack.interrupt()).toBe(0);
  });
  expect(left).toEqual([]);
});

test("kill -9 leaves nothing either", async () => {
  const left = await leftAfter(async (stack) => {
    process.kill(stack.pid, "SIGKILL");
  });
  expect(left).toEqual([]);
});

test("a port that is taken is one sentence that says what to do", async () => {
  const scope = new Scope();
  const taken = createServer();
  try {
    await new Promise<void>((resolve) => taken.listen(0, resolve));
    const address = taken.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    await expect(startStack({ args: ["--port", String(address.port)] }, scope)).rejects.toThrow(
      new RegExp(`Port ${address.port} is taken .*PORT=\\d+ npm start`),
    );
  } finally {
    taken.close();
    await scope.close();
  }
});
