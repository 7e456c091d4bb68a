import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createPrivateFolder } from "../../process/private-folder.ts";
import { takePicture } from "./jpeg.ts";

const scope = new Scope();
afterEach(() => scope.close());

test("a display's pixels become a JPEG of the size that was asked for", async () => {
  const [width, height] = [320, 160];
  const header = Buffer.alloc(100);
  const words: Record<number, number> = { 0: 100, 1: 7, 2: 2, 3: 24, 4: width, 5: height, 7: 0, 11: 32, 12: width * 4, 19: 0 };
  for (const [index, value] of Object.entries(words)) header.writeUInt32BE(value, Number(index) * 4);
  const path = join(await createPrivateFolder("picture", scope), "screen");
  await writeFile(path, Buffer.concat([header, Buffer.alloc(width * height * 4, 0x80)]));
  const jpeg = await takePicture({ framebufferPath: path }, 160);
  expect(jpeg.subarray(0, 2).toString("hex")).toBe("ffd8");
  expect(jpeg.subarray(-2).toString("hex")).toBe("ffd9");
  // The frame's header tells its size: C0, length, precision, height, width.
  const frame = jpeg.indexOf(Buffer.from("ffc0", "hex"));
  expect([jpeg.readUInt16BE(frame + 7), jpeg.readUInt16BE(frame + 5)]).toEqual([160, 80]);
});
