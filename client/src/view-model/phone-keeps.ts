// What a page has of its phone while there is a session, and not a moment longer: the screen's light, and the
// place for sound. A page may show for hours that a session has ended.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Behavior } from "../behavior.ts";
import type { SessionState } from "../stream/session-state.ts";
import { createAudioFocus, type AudioFocusEvents } from "./audio-focus.ts";
import { createWakeLock } from "./wake-lock.ts";

export function keepPhone(scope: Scope, document: Document, session: Behavior<SessionState>, events: AudioFocusEvents): void {
  let kept: Scope | undefined;
  const follow = () => {
    const title = "title" in session.value ? session.value.title : undefined;
    if ((title !== undefined) === (kept !== undefined)) return;
    void kept?.close("there is no session any more");
    kept = title && scope.child();
    if (!title || !kept) return;
    createWakeLock(kept, document);
    if (document.defaultView) createAudioFocus(kept, document.defaultView.navigator, title.name, events);
  };
  scope.own(session.subscribe(follow), (stop) => stop());
  follow();
}
