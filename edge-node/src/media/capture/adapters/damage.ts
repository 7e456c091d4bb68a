// Hears from the X server that something was drawn (the DAMAGE extension), and
// tells it what has been seen.
//
// The server speaks once, when the damaged region stops being empty, and is silent
// until `markSeen` empties it: a title may draw as fast as it likes.

import type { Scope } from "@nearframe/shared/lifetime";
import { promisify } from "node:util";
import type { DamageExtension, XClient, XDisplay, XEvent } from "x11";
import { type XConnectionOptions, connectX11 } from "../../../x11/connect.ts";
import type { FrameSourceEvents, FrameSourceOptions } from "../ports.ts";

export type DamageWatch = {
  client: XClient;
  root: number;
  /** Sent before the pixels are read, so that a change after the read is told again. */
  markSeen(): void;
};

export async function watchDamage(
  options: FrameSourceOptions,
  events: FrameSourceEvents,
  scope: Scope,
  connection: Pick<XConnectionOptions, "shm"> = {},
): Promise<DamageWatch> {
  const { display, closed } = await connectX11(options.display, scope, events.onGone, {
    ...connection,
    // A request must not wait for the encoder, which holds the thread after it.
    bufferRequests: false,
  });
  void closed.then(() => {
    if (!scope.closed) events.onGone(new Error(`The X server of display ${options.display.name} hung up.`));
  });
  const { client } = display;
  const { root } = screenOf(display, options);
  const damage = await promisify<"damage", DamageExtension>(client.require.bind(client))("damage");
  const id = client.AllocID();
  client.on("event", (event: XEvent) => {
    if (event.name === "DamageNotify") events.onDamage();
  });
  damage.Create(id, root, damage.ReportLevel.NonEmpty);
  return { client, root, markSeen: () => damage.Subtract(id, 0, 0) };
}

function screenOf(display: XDisplay, { display: address, size }: FrameSourceOptions): { root: number } {
  const screen = display.screen[0];
  if (!screen) throw new Error(`X display ${address.name} has no screen.`);
  if (screen.pixel_width < size.width || screen.pixel_height < size.height) {
    throw new Error(
      `X display ${address.name} is ${screen.pixel_width}x${screen.pixel_height}, too small for a title of ${size.width}x${size.height}.`,
    );
  }
  return screen;
}
