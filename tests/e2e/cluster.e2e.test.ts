// Two servers on NATS and PostgreSQL, in a real browser: the player hangs on one server, the node on
// the other, and each of the four is killed while the picture goes on.

import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { findFreePort } from "@nearframe/server/testing/services/service-process";
import { startNats } from "@nearframe/server/testing/services/start-nats";
import { startPostgres } from "@nearframe/server/testing/services/start-postgres";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { eventually } from "../support/processes.ts";
import { installShownFrames, longestGapSince, pageMs } from "../support/shown-frames.ts";
import { ROOT } from "../support/stack.ts";

const TOKEN = "0123456789abcdef";
const OUTAGE_MS = 2_000;
/** What a machine with two cores needs while a server starts beside the encoder; stopped media would take longer. */
const GAP_MS_MAX = 4_000;

async function folder(scope: Scope): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), "nearframe-cluster-"));
  return scope.own(made, (made) => rm(made, { recursive: true, force: true, maxRetries: 5 }));
}

async function startServer(environment: Record<string, string>, scope: Scope) {
  const port = await findFreePort();
  const data = await folder(scope);
  let child: ChildProcess | undefined;
  async function start(): Promise<void> {
    const started = fork(path.join(ROOT, "server/src/main.ts"), {
      env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), NEARFRAME_DATA: data, ...environment },
      silent: true,
    });
    child = started;
    let output = "";
    for (const stream of [started.stdout, started.stderr]) stream?.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
    await Promise.race([
      once(started, "message"),
      once(started, "exit").then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}: ${output}`))),
    ]);
  }
  async function kill(): Promise<void> {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = once(dying, "exit");
    dying.kill("SIGKILL");
    await gone;
  }
  await start();
  scope.own(kill, (kill) => kill());
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`).then((response) => response.json(), () => undefined);
    return answer as { nodes: number; slotsFree: number } | undefined;
  };
  return { port, url: `http://localhost:${port}`, start, kill, health };
}

async function startNode(serverPort: number, scope: Scope): Promise<void> {
  const node = spawn(process.execPath, [path.join(ROOT, "edge-node/src/main.ts")], {
    env: {
      ...process.env,
      NEARFRAME_SERVER: `ws://127.0.0.1:${serverPort}/node`,
      NEARFRAME_NODE_TOKEN: TOKEN,
      NEARFRAME_DATA: await folder(scope),
      NEARFRAME_SLOTS: "1",
    },
    stdio: "ignore",
  });
  scope.own(node, async (node) => {
    const gone = once(node, "exit");
    if (node.exitCode === null && node.kill("SIGTERM")) await gone;
  });
}

const idOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => /"sessionId":"([^"]+)"/.exec(JSON.stringify(window.__nearframe?.session))?.[1]);

test("the player on one server, the node on another; each server, NATS and PostgreSQL killed in turn", async () => {
  await using scope = new Scope();
  const [nats, postgres] = await Promise.all([startNats(scope), startPostgres(scope)]);
  const environment = {
    DATABASE_URL: await postgres.createDatabase(),
    NATS_URL: nats.url,
    NEARFRAME_STORAGE: await folder(scope),
    NEARFRAME_SAVE_SECRET: TOKEN.repeat(2),
    NEARFRAME_NODE_TOKEN: TOKEN,
  };
  const forPlayers = await startServer(environment, scope);
  const forNodes = await startServer(environment, scope);
  await startNode(forNodes.port, scope);
  await eventually(forPlayers.health, (health) => health?.slotsFree === 1, 30_000, "the node on the players' server");

  const page = await (await openBrowser(scope)).newPage();
  await installShownFrames(page);
  await play(page, forPlayers.url, "test-card");
  await waitForFrames(page);
  const sessionId = await idOf(page);
  expect(sessionId).toBeDefined();
  const strikes: [string, { kill(): Promise<void>; start(): Promise<void> }][] = [
    ["the player's server", forPlayers],
    ["the node's server", forNodes],
    ["NATS", { kill: () => nats.stop("SIGKILL"), start: nats.start }],
    ["PostgreSQL", { kill: () => postgres.stop("SIGKILL"), start: postgres.start }],
  ];
  for (const [name, victim] of strikes) {
    const struckAtMs = await pageMs(page);
    await victim.kill();
    await page.waitForTimeout(OUTAGE_MS);
    await victim.start();
    await eventually(forPlayers.health, (health) => health?.nodes === 1 && health.slotsFree === 0, 30_000, `all well after ${name}`);
    const gapMs = await longestGapSince(page, struckAtMs);
    console.log(`${name} killed: the longest pause between two frames was ${Math.round(gapMs)} ms`);
    expect(gapMs).toBeLessThan(GAP_MS_MAX);
    expect(await idOf(page)).toBe(sessionId);
  }

  // It is still the player's own: leaving frees the slot, on whichever server the session is by now.
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await eventually(forPlayers.health, (health) => health?.slotsFree === 1, 30_000, "the slot");
}, 180_000);
