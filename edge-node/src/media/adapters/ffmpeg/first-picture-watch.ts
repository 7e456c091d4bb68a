// ffmpeg shows nobody its pictures, so the first one is looked for beside it: the
// screen is copied a few times a second, and never again once it shows something.

import type { Scope } from "@nearframe/shared/lifetime";
import { connectX11 } from "../../../x11/connect.ts";
import { showsPicture } from "../../capture/first-picture.ts";
import type { PipelineOptions } from "../../ports.ts";

const LOOK_INTERVAL_MS = 200;
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffff_ffff;

export async function watchFirstPicture(
  { display: address, size }: Pick<PipelineOptions, "display" | "size">,
  onFirstPicture: () => void,
  onError: (error: Error) => void,
  owner: Scope,
): Promise<void> {
  const scope = owner.child();
  const { display } = await connectX11(address, scope, onError);
  const screen = display.screen[0];
  if (!screen) throw new Error(`X display ${address.name} has no screen.`);
  const look = () => {
    display.client.GetImage(Z_PIXMAP, screen.root, 0, 0, size.width, size.height, ALL_PLANES, (error, image) => {
      if (scope.closed) return;
      if (error) return onError(error);
      if (!showsPicture({ data: image.data, strideBytes: size.width * 4 }, size)) return void timer.refresh();
      onFirstPicture();
      scope.close().catch(onError);
    });
  };
  const timer = scope.own(setTimeout(look, LOOK_INTERVAL_MS), clearTimeout);
}
