// What ffmpeg does not tell: that the title drew its first picture, and that the
// display is gone (its x11grab then neither ends nor complains).
//
// The screen is copied a few times a second until it shows something, and not again.

import type { Scope } from "@nearframe/shared/lifetime";
import { connectX11 } from "../../../x11/connect.ts";
import { showsPicture } from "../../capture/first-picture.ts";
import type { PipelineOptions } from "../../ports.ts";

const LOOK_INTERVAL_MS = 200;
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffff_ffff;

export type DisplayWatch = { look(onFirstPicture: () => void): void };

export async function watchDisplay(
  { display: address, size }: Pick<PipelineOptions, "display" | "size">,
  onGone: (error: Error) => void,
  scope: Scope,
): Promise<DisplayWatch> {
  const { display, closed } = await connectX11(address, scope, onGone);
  void closed.then(() => {
    if (!scope.closed) onGone(new Error(`The X server of display ${address.name} hung up.`));
  });
  const screen = display.screen[0];
  if (!screen) throw new Error(`X display ${address.name} has no screen.`);
  const copyScreen = (use: (data: Buffer) => void) =>
    display.client.GetImage(Z_PIXMAP, screen.root, 0, 0, size.width, size.height, ALL_PLANES, (error, image) => {
      if (scope.closed) return;
      if (error) onGone(new Error(`The X server refused to copy its screen: ${error.message}`));
      else use(image.data);
    });
  return {
    look(onFirstPicture) {
      const timer = scope.own(
        setTimeout(() => {
          copyScreen((data) => {
            if (showsPicture({ data, strideBytes: size.width * 4 }, size)) onFirstPicture();
            else timer.refresh();
          });
        }, LOOK_INTERVAL_MS),
        clearTimeout,
      );
    },
  };
}
