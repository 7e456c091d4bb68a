// Where a session is seen and heard: one video element and one audio element, fed
// from separate streams. Frames never pass through anything else.

import type { Scope } from "@nearframe/shared/lifetime";
import { createFrameClock, type ShownFrame } from "./frame-clock.ts";

export type ScreenElements = { video: HTMLVideoElement; audio: HTMLAudioElement };

export interface Screen {
  show(track: MediaStreamTrack): void;
  setMuted(muted: boolean): void;
  /** Behind voices. */
  setQuiet(quiet: boolean): void;
  /** Tries to play the sound; resolves with false where the browser waits for a gesture. */
  playSound(): Promise<boolean>;
}

export type ScreenEvents = {
  onFrame(frame: ShownFrame): void;
  /** The browser plays no sound before the player touches the page. */
  onSoundBlocked(): void;
};

const QUIET_VOLUME = 0.35;

export function createScreen(scope: Scope, { video, audio }: ScreenElements, events: ScreenEvents): Screen {
  // Without a sound track, and muted, a video may always start by itself.
  video.muted = true;
  video.playsInline = true;
  createFrameClock(scope, video, events.onFrame);
  scope.own({ video, audio }, (elements) => {
    elements.video.srcObject = null;
    elements.audio.srcObject = null;
  });

  async function playSound(): Promise<boolean> {
    if (!audio.srcObject || audio.muted) return true;
    try {
      await audio.play();
      return true;
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") return false;
      // A newer track took the place of this one while it was starting.
      if (error instanceof DOMException && error.name === "AbortError") return true;
      throw error;
    }
  }

  // A phone stops pictures and sound of a page that goes to the background, and not every one starts them again.
  const document = video.ownerDocument;
  const wake = () => {
    if (document.visibilityState !== "visible") return;
    if (video.srcObject && video.paused) void startPicture(video);
    if (audio.srcObject && audio.paused) void playSound().then((plays) => plays || scope.closed || events.onSoundBlocked());
  };
  document.addEventListener("visibilitychange", wake);
  scope.own(document, () => document.removeEventListener("visibilitychange", wake));

  return {
    playSound,
    setMuted: (muted) => void (audio.muted = muted),
    setQuiet: (quiet) => void (audio.volume = quiet ? QUIET_VOLUME : 1),
    show(track) {
      if (scope.closed) return;
      if (track.kind === "video") {
        video.srcObject = new MediaStream([track]);
        void startPicture(video);
      } else {
        audio.srcObject = new MediaStream([track]);
        void playSound().then((plays) => plays || scope.closed || events.onSoundBlocked());
      }
    },
  };
}

async function startPicture(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    // Replaced by a newer stream, or the page is going away. A picture that can't be played shows
    // no frame, and the session's own limit says so.
    console.warn("nearframe: the picture did not start:", error);
  }
}
