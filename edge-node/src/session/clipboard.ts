// What a title copies goes to its player, at most so often: a title that copies without end must not fill the
// channel that the session is steered by. The newest wins.

import type { Scope } from "@nearframe/shared/lifetime";
import { CLIPBOARD_CHARACTERS_MAX } from "@nearframe/shared/protocol/session-control";

export const COPIED_EVERY_MS = 250;

export function createClipboard(tell: (text: string) => void, scope: Scope): (text: string) => void {
  let waiting: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  scope.own(undefined, () => clearTimeout(timer));

  function send(text: string): void {
    waiting = undefined;
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting !== undefined) send(waiting);
    }, COPIED_EVERY_MS);
    tell(text.slice(0, CLIPBOARD_CHARACTERS_MAX));
  }

  return (text) => {
    if (scope.closed) return;
    if (timer) waiting = text;
    else send(text);
  };
}
