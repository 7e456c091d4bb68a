// `npm start` itself: what it leaves behind, and what it says when it can't.

import { createServer } from "node:net";
import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../support/browser.ts";
import { descendants, eventually, listProcesses } from "../support/processes.ts";
import { startStack } from "../support/stack.ts";

test("Ctrl-C in the middle of play ends everything that it started", async () => {
  const scope = new Scope();
  try {
    const stack = await startStack({}, scope);
    const browser = await openBrowser(scope, { viewport: { width: 640, height: 360 } });
    await play(await browser.newPage(), stack.url, "test-card");
    const started = await descendants(stack.pid);
    expect(started.map(({ command }) => command).join("\n")).toMatch(/Xvfb/);

    expect(await stack.interrupt()).toBe(0);
    const pids = new Set(started.map(({ pid }) => pid));
    const left = await eventually(
      async () => (await listProcesses()).filter(({ pid }) => pids.has(pid)),
      (left) => left.length === 0,
      5_000,
      "processes of the ended start",
    );
    expect(left).toEqual([]);
  } finally {
    await scope.close();
  }
});

test("kill -9 leaves nothing either", async () => {
  const scope = new Scope();
  try {
    const stack = await startStack({}, scope);
    const browser = await openBrowser(scope, { viewport: { width: 640, height: 360 } });
    await play(await browser.newPage(), stack.url, "test-card");
    const started = await descendants(stack.pid);
    process.kill(stack.pid, "SIGKILL");
    const pids = new Set(started.map(({ pid }) => pid));
    const left = await eventually(
      async () => (await listProcesses()).filter(({ pid }) => pids.has(pid)),
      (left) => left.length === 0,
      15_000,
      "processes of the killed start",
    );
    expect(left).toEqual([]);
  } finally {
    await scope.close();
  }
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
