import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Sound } from "../../session/ports.ts";
import { openPulse } from "./pulse.ts";

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

/** The loudest sample heard so far, and how many came. */
async function listen(sound: Sound): Promise<{ peak: number; samples: number }> {
  const heard = { peak: 0, samples: 0 };
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening = connect(sound.monitorSocketPath, () => resolve(opening)).once("error", reject);
  });
  scope.own(socket, () => void socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    for (let at = 0; at + 1 < bytes.length; at += 2) heard.peak = Math.max(heard.peak, Math.abs(bytes.readInt16LE(at)));
    heard.samples += bytes.length / 4;
  });
  return heard;
}

/** Plays a second of noise as any program would. */
function play(sound: Sound): void {
  const player = spawn("pacat", ["--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=2"], {
    env: { PATH: "/usr/bin:/bin", ...sound.environment }, stdio: ["pipe", "ignore", "inherit"],
  });
  player.stdin.on("error", () => {
    // The test may end before the player has taken all of its second.
  });
  player.stdin.end(Buffer.alloc(48_000 * 4).map((_, index) => (index * 7919) % 251));
  scope.own(player, () => void player.kill());
}

test("silence comes as samples, before anything plays", async () => {
  const heard = await listen(await openPulse(scope));
  await vi.waitFor(() => expect(heard.samples).toBeGreaterThan(4_800), { timeout: 1_500 });
  expect(heard.peak).toBe(0);
});

test("a session hears its own title and no other", async () => {
  const [own, other] = await Promise.all([openPulse(scope), openPulse(scope)]);
  const heard = await listen(own);
  const heardElsewhere = await listen(other);
  play(own);
  await vi.waitFor(() => expect(heard.peak).toBeGreaterThan(10_000), { timeout: 5_000 });
  await vi.waitFor(() => expect(heardElsewhere.samples).toBeGreaterThan(4_800), { timeout: 5_000 });
  expect(heardElsewhere.peak).toBe(0);
});

test("a title is told where its sound goes, and that it must not be late", async () => {
  const sound = await openPulse(scope);
  expect(sound.environment).toMatchObject({ PULSE_SERVER: expect.stringContaining("unix:/"), PULSE_LATENCY_MSEC: "10" });
  expect((await stat(dirname(sound.monitorSocketPath))).mode & 0o077).toBe(0);
});

test("closing leaves nothing behind", async () => {
  const sound = await openPulse(scope);
  await scope.close();
  expect(await sound.closed).toBe("closed by its owner");
  expect(existsSync(dirname(sound.monitorSocketPath))).toBe(false);
});

