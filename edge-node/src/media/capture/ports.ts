// Where pictures come from.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Scope } from "@nearframe/shared/lifetime";
import type { XAddress } from "../../x11/connect.ts";

/** Rows of 32-bit pixels: blue, green, red, unused. Valid until `use` returns. */
export type Pixels = { data: Buffer; strideBytes: number };

export interface FrameSource {
  /**
   * False when a change may fall between telling the server "I have seen it" and
   * reading: then nothing tells of that change again, and whoever grabs MUST look
   * once more after the screen has come to rest.
   */
  readonly exact: boolean;
  /** Hands over the screen as it is now, at once or soon. One grab at a time. */
  grab(use: (pixels: Pixels) => void): void;
}

export type FrameSourceOptions = { display: XAddress; size: TitleSize };
export type FrameSourceEvents = {
  /** Something was drawn since the last grab. */
  onDamage(): void;
  /** No picture will come any more. */
  onGone(error: Error): void;
};
export type OpenFrameSource = (
  options: FrameSourceOptions,
  events: FrameSourceEvents,
  scope: Scope,
) => Promise<FrameSource>;
