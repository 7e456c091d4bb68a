// What the server carries between two members of a session, to whose line it is for.

import type { Scope } from "@nearframe/shared/lifetime";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import type { ControlLink } from "../stream/control-link.ts";
import { PeerSignal } from "./pad-messages.ts";

type Handlers = Partial<Record<PeerSignal["topic"], (from: string, signal: PeerSignal) => void>>;

export function followSignals(scope: Scope, link: ControlLink, sessionId: () => string | undefined) {
  let handlers: Handlers = {};
  scope.own(
    link.onMessage((message) => {
      if (message.type !== "friend.signal" || message.sessionId !== sessionId()) return;
      const signal = z.safeParse(PeerSignal, message.data, WORDS);
      if (signal.success) handlers[signal.data.topic]?.(message.from, signal.data);
    }),
    (stop) => stop(),
  );
  return {
    handle: (next: Handlers) => void (handlers = next),
    sendSignal(to: string, signal: PeerSignal): void {
      const mine = sessionId();
      if (mine !== undefined) link.send({ type: "friend.signal", sessionId: mine, to, data: { ...signal } });
    },
  };
}
