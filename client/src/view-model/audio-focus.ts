// The phone's one place for sound: says that this page plays, as a player of films does, so
// that other apps' music stops, headphones' buttons work, and a call gives the sound back.

import type { Scope } from "@nearframe/shared/lifetime";

/** Safari's, since 16.4; not in TypeScript's DOM. */
type AudioSession = EventTarget & { type: string; state: "inactive" | "active" | "interrupted" };

export type AudioFocusEvents = {
  /** Asked for by headphones, a watch or the lock screen. */
  onSound(wanted: boolean): void;
  /** A call, or another app, had the sound and is done. */
  onBack(): void;
};

const ACTIONS = ["play", "pause", "stop"] as const;

export function createAudioFocus(scope: Scope, navigator: Navigator, titleName: string, events: AudioFocusEvents): void {
  const { audioSession } = navigator as Navigator & { audioSession?: AudioSession };
  if (audioSession) {
    audioSession.type = "playback";
    const follow = () => audioSession.state === "active" && events.onBack();
    audioSession.addEventListener("statechange", follow);
    scope.own(audioSession, (session) => {
      session.removeEventListener("statechange", follow);
      session.type = "auto";
    });
  }
  // Older browsers have none; their keys for media do nothing here.
  const { mediaSession } = navigator as Partial<Pick<Navigator, "mediaSession">>;
  if (!mediaSession) return;
  mediaSession.metadata = new MediaMetadata({ title: titleName, artist: "Nearframe" });
  mediaSession.playbackState = "playing";
  for (const action of ACTIONS) {
    mediaSession.setActionHandler(action, () => {
      mediaSession.playbackState = action === "play" ? "playing" : "paused";
      events.onSound(action === "play");
    });
  }
  scope.own(mediaSession, (session) => {
    session.metadata = null;
    session.playbackState = "none";
    for (const action of ACTIONS) session.setActionHandler(action, null);
  });
}
