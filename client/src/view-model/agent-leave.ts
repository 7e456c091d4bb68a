// A player's leave for a program: given and taken back here, seen as long as it holds. The node
// keeps it; this is what the player is shown of it.

import { makeAgentToken } from "@nearframe/shared/agent/agent";
import type { Scope } from "@nearframe/shared/lifetime";
import type { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { createSource, type Behavior } from "../behavior.ts";
import type { SendChannel } from "../stream/receiver.ts";
import type { Timers } from "../timers.ts";
import type { NodeNews } from "./session-figures.ts";

export type AgentNews = Extract<NodeNews, { type: `agent.${string}` }>;

export type AgentView =
  | { is: "off" }
  /** What the player copies into a program; `busy` while it acts. */
  | { is: "on"; token: string; busy: boolean }
  | { is: "refused"; reason: string };

export interface AgentLeave {
  readonly view: Behavior<AgentView>;
  connect(control: SendChannel | undefined): void;
  handle(news: AgentNews): void;
  give(): void;
  takeBack(): void;
}

/** Long enough for a task, short enough to be forgotten. */
export const LEAVE_MINUTES = 30;
/** The node says it once a second while a program acts. */
const BUSY_MS = 1_500;

export function createAgentLeave(scope: Scope, timers: Timers, sessionId: () => string | undefined): AgentLeave {
  const view = createSource<AgentView>({ is: "off" });
  let control: SendChannel | undefined;
  /** What the node has not answered yet: it may have gone with a path that was dead. */
  let asked: PlayerToNode | undefined;
  let stopBusy = () => {};
  scope.own(undefined, () => stopBusy());
  function say(message: PlayerToNode): void {
    asked = message;
    control?.send(JSON.stringify(message));
  }

  return {
    view: view.behavior,
    connect(next) {
      control = next;
      if (next && asked) say(asked);
    },
    handle(news) {
      if (isAnswer(news, asked)) asked = undefined;
      switch (news.type) {
        case "agent.granted": {
          const session = sessionId();
          if (session !== undefined) view.set({ is: "on", token: makeAgentToken(session, news.secret), busy: false });
          return;
        }
        case "agent.used": {
          const now = view.behavior.value;
          if (now.is !== "on") return;
          view.set({ ...now, busy: true });
          stopBusy();
          stopBusy = timers.after(BUSY_MS, () => {
            const later = view.behavior.value;
            if (later.is === "on") view.set({ ...later, busy: false });
          });
          return;
        }
        case "agent.off":
          return view.set({ is: "off" });
        case "agent.refused":
          return view.set({ is: "refused", reason: news.reason });
      }
    },
    give: () => say({ type: "agent.grant", minutes: LEAVE_MINUTES }),
    takeBack() {
      say({ type: "agent.revoke" });
      view.set({ is: "off" });
    },
  };
}

function isAnswer({ type }: AgentNews, asked: PlayerToNode | undefined): boolean {
  if (asked?.type === "agent.revoke") return type === "agent.off";
  return type === "agent.granted" || type === "agent.refused";
}
