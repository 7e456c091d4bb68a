// The checker against a real server and node: what it says it saw is held against what
// the test card itself wrote into each picture.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { playerSocketUrl } from "@nearframe/checker/control/player-link";
import { openPath } from "@nearframe/checker/path/adapters/werift/open-path";
import { CheckVoidError, playTitle, type PictureReading } from "@nearframe/checker/play/play-title";
import { openSenses } from "@nearframe/checker/play/senses";
import { FAULTS, LIMITS } from "@nearframe/shared/checking/criteria";
import { PlayedObservation } from "@nearframe/shared/checking/observation";
import { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

const WATCH_MS = 8_000;
const scope = new Scope();
let stack: Stack;
beforeAll(async () => void (stack = await startStack({}, scope)));
afterAll(() => scope.close());

const play = (titleId: string, watchMs: number, check: Scope, onPicture: (reading: PictureReading) => void = () => {}) =>
  playTitle({ url: playerSocketUrl(stack.url), titleId, watchMs, timeZone: "UTC", onPicture, onNote: (note) => console.error(note) }, { openPath, openSenses }, check);

test("what the checker tells of the test card is what the card wrote into its pictures", async () => {
  const readings: PictureReading[] = [];
  const check = scope.child();
  const seen = await play("test-card", WATCH_MS, check, (reading) => readings.push(reading));
  await check.close();

  expect(z.safeParse(PlayedObservation, seen).error).toBeUndefined();
  expect(seen.watchedMs).toBeGreaterThanOrEqual(WATCH_MS);
  expect(seen.startupMs).toBeGreaterThan(0);

  // Truth: each picture says which it is, and how often the patch has flipped.
  const endMs = readings.at(-1)?.atMs ?? 0;
  const watched = readings.filter(({ atMs }) => atMs > endMs - seen.watchedMs);
  const readable = watched.filter(({ frame, flips }) => frame !== undefined && flips !== undefined);
  expect(readable.length).toBeGreaterThan(watched.length * 0.95);
  const different = new Set(readable.map(({ frame, flips }) => `${frame}/${flips}`)).size;
  const trueFps = (different * 1_000) / seen.watchedMs;
  expect(Math.abs(seen.distinctFps - trueFps)).toBeLessThan(0.05 * trueFps);

  // The presses went all the way in, and their answers all the way out.
  expect(new Set(readable.map(({ flips }) => flips)).size).toBeGreaterThan(5);
  expect(seen.clickToPhotonP95Ms).toBeGreaterThan(0);
  expect(seen.soundHeard).toBe(true);

  expect([seen.titleWidth, seen.titleHeight, seen.titleFps]).toEqual([1280, 720, 60]);
  expect(seen.width / seen.height).toBeCloseTo(16 / 9, 1);
  expect(seen.height).toBeLessThanOrEqual(720);
  expect(seen.receivedKbps).toBeGreaterThan(300);
  // The node's own marks tell of as many frames as came: it is honest.
  expect(Math.abs(seen.framesDeclared - seen.framesReceived)).toBeLessThan(0.05 * seen.framesReceived);
  expect(seen.bytesDeclared).toBeLessThan(LIMITS.framesOverDeclared * (seen.bytesReceived ?? 0));
  // Numbers that were asked for went through the node's encoder, and came back in its pictures.
  expect(seen.noncesAsked).toBeGreaterThanOrEqual(LIMITS.noncesMin);
  expect(seen.noncesSeen).toBeGreaterThanOrEqual(seen.noncesAsked * LIMITS.nonceShare);
  // A scene was typed, and the card drew it as it is drawn here; a machine that shows too few pictures leaves nothing to compare.
  expect(seen.similarity ?? 1).toBeGreaterThan(LIMITS.similarity);
});

test("a title that the server does not have says nothing about any node", async () => {
  const check = scope.child();
  await expect(play("no-such-title", 1_000, check)).rejects.toThrow(CheckVoidError);
  await check.close();
});

test("the command plays once, prints what it saw and what of it is a fault, and ends", async () => {
  const data = await mkdtemp(path.join(os.tmpdir(), "nearframe-checker-"));
  const args = ["--server", stack.url, "--once", "--title", "test-card", "--seconds", "2", "--data", data];
  // It ends with 1 when it found a fault, and with 2 when it stood still itself; a busy machine may show either.
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, "checker/src/main.ts"), ...args]).catch(
    (error: { code?: unknown; stdout?: string; stderr?: string }) => {
      if (error.code === 1 || (error.code === 2 && error.stdout)) return { stdout: error.stdout ?? "" };
      throw new Error(`the checker ended with ${String(error.code)}: ${error.stderr}`);
    },
  );
  await rm(data, { recursive: true });
  const printed = JSON.parse(stdout) as { checkerId: string; observation: unknown; faults: string[] };
  expect(printed.checkerId).toMatch(/^checker-[0-9a-f]{40}$/);
  expect(z.safeParse(PlayedObservation, printed.observation).success).toBe(true);
  for (const fault of printed.faults) expect(Object.keys(FAULTS)).toContain(fault);
});
