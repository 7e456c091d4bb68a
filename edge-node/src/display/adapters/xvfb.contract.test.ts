import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { connectX11 } from "../../x11/connect.ts";
import { openXvfb } from "./xvfb.ts";

const SIZE = { width: 640, height: 360 };
const fail = (error: Error) => {
  throw error;
};

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

test("what is drawn stands in the mapped file, in the size asked for", async () => {
  const display = await openXvfb(SIZE, scope);
  const { display: x } = await connectX11(display, scope, fail);
  const screen = x.screen[0];
  expect([screen?.pixel_width, screen?.pixel_height, screen?.root_depth]).toEqual([640, 360, 24]);

  const gc = x.client.AllocID();
  x.client.CreateGC(gc, screen?.root ?? 0, { foreground: 0x12_34_56 });
  x.client.PolyFillRectangle(screen?.root ?? 0, gc, [0, 0, 640, 360]);
  await x.client.sync();
  const file = await readFile(display.framebufferPath ?? "");
  const bytesPerRow = file.readUInt32BE(48);
  const pixels = file.readUInt32BE(0) + file.readUInt32BE(76) * 12;
  expect([file.readUInt32BE(16), file.readUInt32BE(20), bytesPerRow]).toEqual([640, 360, 640 * 4]);
  expect(file.readUInt32LE(pixels + 100 * bytesPerRow + 100 * 4) & 0xff_ffff).toBe(0x12_34_56);
});

test("displays that open at the same time get numbers of their own", async () => {
  const displays = await Promise.all(Array.from({ length: 4 }, () => openXvfb(SIZE, scope)));
  expect(new Set(displays.map((display) => display.name)).size).toBe(4);
});

test("nobody gets in without the cookie, and the cookie is for this user only", async () => {
  const display = await openXvfb(SIZE, scope);
  const authority = display.environment.XAUTHORITY ?? "";
  expect((await stat(authority)).mode & 0o077).toBe(0);
  expect((await stat(dirname(authority))).mode & 0o077).toBe(0);
  const other = await openXvfb(SIZE, scope);
  const stranger = { name: display.name, environment: other.environment };
  await expect(connectX11(stranger, scope, () => {})).rejects.toThrow();
});

test("closing leaves nothing behind", async () => {
  const display = await openXvfb(SIZE, scope);
  const socket = `/tmp/.X11-unix/X${display.name.slice(1)}`;
  expect(existsSync(socket)).toBe(true);
  await scope.close();
  expect(await display.closed).toBe("closed by its owner");
  expect(existsSync(socket)).toBe(false);
  expect(existsSync(dirname(display.framebufferPath ?? "/"))).toBe(false);
});

test("closing while it starts leaves nothing behind", async () => {
  const opening = openXvfb(SIZE, scope);
  const refused = expect(opening).rejects.toThrow();
  await scope.close();
  await refused;
});
