// A program with one window that covers its display, for tests of capture.

import type { Scope } from "@nearframe/shared/lifetime";
import { type XAddress, connectX11 } from "../../x11/connect.ts";
import type { TitleSize } from "@nearframe/shared/title/manifest";

const INPUT_OUTPUT = 1;

export interface Canvas {
  /** Resolves when the server has drawn it. */
  fill(colour: number, x?: number, y?: number, width?: number, height?: number): Promise<void>;
}

export async function openCanvas(address: XAddress, size: TitleSize, scope: Scope): Promise<Canvas> {
  const { display } = await connectX11(address, scope, (error) => {
    throw error;
  });
  const { client } = display;
  const screen = display.screen[0];
  if (!screen) throw new Error("a display without a screen");
  const window = client.AllocID();
  client.CreateWindow(window, screen.root, 0, 0, size.width, size.height, 0, 0, INPUT_OUTPUT, 0, {
    overrideRedirect: 1,
    backgroundPixel: screen.black_pixel,
  });
  client.MapWindow(window);
  const pen = client.AllocID();
  client.CreateGC(pen, window, {});
  await client.sync();
  return {
    async fill(colour, x = 0, y = 0, width = size.width, height = size.height) {
      client.ChangeGC(pen, { foreground: colour });
      client.PolyFillRectangle(window, pen, [x, y, width, height]);
      await client.sync();
    },
  };
}
