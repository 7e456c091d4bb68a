// What forwarding needs of a source that codes by itself.

import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";

export type CodedPacket =
  /** Parameter sets (H.264, Annex B), for the frames from here on. */
  | { kind: "configuration"; data: Buffer }
  /** One access unit. `takenAtUs` is the source's own clock. */
  | { kind: "frame"; data: Buffer; takenAtUs: bigint };

/** One Opus packet of 48 kHz. */
export type CodedSound = { data: Buffer; takenAtUs: bigint };

export type CodedVideoOptions = {
  bitrateKbps: number;
  fps: number;
  /** The coded picture is no larger than this. */
  size: TitleSize;
};

export type CodedVideoEvents = {
  onPacket(packet: CodedPacket): void;
  /** No packet will come any more. */
  onGone(error: Error): void;
};

export interface CodedVideo {
  /** A keyframe follows, some time soon. */
  requestKeyframe(): void;
}

export interface CodedSource {
  /** Another stream of the same screen; the one before may still run. It begins with a keyframe. */
  openVideo(options: CodedVideoOptions, events: CodedVideoEvents, scope: Scope): Promise<CodedVideo>;
  /** What is heard from now on, until `scope` closes. Sound that nobody listens to is lost. */
  listen(onSound: (packet: CodedSound) => void, scope: Scope): void;
  /** The title is on the screen. */
  readonly shown: Promise<void>;
}
