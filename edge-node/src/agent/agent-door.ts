// Where a program that acts for a player comes in on the node: checks its leave, does what it asks
// with the session's own hands and eyes, and lets the player see that it is there.

import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  AGENT_RUNTIMES, ANSWER_BYTES_MAX, PIECE_BYTES, type AgentAction, type AgentPiece, type AgentRequest, type TreeNode,
} from "@nearframe/shared/agent/agent";
import type { Scope } from "@nearframe/shared/lifetime";
import type { NodeToPlayer, PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { Runtime, TitleSize } from "@nearframe/shared/title/manifest";
import type { InputSink } from "../input/ports.ts";
import { giveLeave, useLeave, type AgentGrant } from "./grant.ts";
import { strokesOf } from "./strokes.ts";

export type AgentOrder = Extract<PlayerToNode, { type: "agent.grant" | "agent.revoke" }>;

export type AgentDoorPorts = {
  runtime: Runtime;
  size: TitleSize;
  nowMs(): number;
  /** Undefined until the title has its screen. */
  sink(): InputSink | undefined;
  /** A JPEG of the screen as it is. */
  picture(widthMax: number): Promise<Buffer>;
  /** Rejects with a sentence where the runtime can't tell. */
  tree(): Promise<TreeNode[]>;
  tell(message: NodeToPlayer): void;
  /** The title must run to be used. */
  wake(): void;
};

/** The code is for the program, the message for whoever wrote it. */
export class AgentError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface AgentDoor {
  handle(order: AgentOrder): void;
  /** Rejects with an `AgentError`. */
  answer(secret: string, request: AgentRequest): Promise<object>;
  /** The player's page is new, and learns what is given. */
  reachPlayer(): void;
}

const WIDTH_MAX = 600;
/** The player is told that it is used, at most so often. */
const TOLD_EVERY_MS = 1_000;
const REFUSALS = {
  AGENT_NOT_GRANTED: "the player has not given leave for this, or has taken it back",
  AGENT_TOO_FAST: "too many calls in a second; wait a moment",
} as const;

export function createAgentDoor(ports: AgentDoorPorts, scope: Scope): AgentDoor {
  let grant: AgentGrant | undefined;
  let toldAtMs = -Infinity;
  let last: { type: string; pieces: string[] } | undefined;
  /** One hand: what two programs do at once is done one after the other. */
  let hand: Promise<void> = Promise.resolve();
  let expiry: NodeJS.Timeout | undefined;
  scope.own(undefined, () => clearTimeout(expiry));

  function end(): void {
    clearTimeout(expiry);
    grant = undefined;
    last = undefined;
    ports.tell({ type: "agent.off" });
  }

  function handle(order: AgentOrder): void {
    if (order.type === "agent.revoke") return end();
    if (!AGENT_RUNTIMES.includes(ports.runtime)) {
      return ports.tell({ type: "agent.refused", reason: `a ${ports.runtime} title can't be used by a program` });
    }
    grant = giveLeave(randomBytes(24).toString("base64url"), order.minutes, ports.nowMs());
    clearTimeout(expiry);
    expiry = setTimeout(end, order.minutes * 60_000);
    reachPlayer();
  }

  function reachPlayer(): void {
    // The page may come from another node, where there was leave.
    if (!grant) return ports.tell({ type: "agent.off" });
    ports.tell({ type: "agent.granted", secret: grant.secret, expiresInMs: Math.max(0, Math.round(grant.expiresAtMs - ports.nowMs())) });
  }

  async function act(action: AgentAction): Promise<void> {
    const sink = ports.sink();
    if (!sink) throw new AgentError("AGENT_TOO_EARLY", "the title has not started yet");
    const mine = grant;
    for (const { afterMs, actions } of strokesOf(action, ports.size)) {
      if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
      // Taken back in the middle of it: what is held is let go, and nothing more is done.
      const allowed = grant?.secret === mine?.secret ? actions : actions.filter((each) => "down" in each && !each.down);
      if (!scope.closed) await sink.apply(allowed);
    }
  }

  function inPieces(type: string, whole: Buffer): AgentPiece {
    if (whole.length > ANSWER_BYTES_MAX) throw new AgentError("AGENT_ANSWER_LARGE", "this screen is too large to be told; ask for a smaller picture");
    const pieces: string[] = [];
    for (let at = 0; at < whole.length; at += PIECE_BYTES) pieces.push(whole.subarray(at, at + PIECE_BYTES).toString("base64"));
    last = { type, pieces: pieces.length === 0 ? [""] : pieces };
    return pieceOf(0);
  }

  function pieceOf(index: number): AgentPiece {
    const data = last?.pieces[index];
    if (!last || data === undefined) throw new AgentError("AGENT_NO_PIECE", "there is no such piece of an answer");
    return { type: last.type, pieces: last.pieces.length, data };
  }

  async function run(request: AgentRequest): Promise<object> {
    switch (request.ask) {
      case "act": {
        const done = hand.then(() => act(request.act));
        hand = done.catch(() => undefined);
        await done;
        return {};
      }
      case "screen":
        return inPieces("image/jpeg", await ports.picture(request.widthMax ?? WIDTH_MAX));
      case "tree":
        return inPieces("application/json", Buffer.from(JSON.stringify(await ports.tree())));
      case "piece":
        return pieceOf(request.index);
    }
  }

  return {
    handle,
    reachPlayer,
    async answer(secret, request) {
      const nowMs = ports.nowMs();
      const used = useLeave(grant, secret, nowMs, equalSecrets);
      if (!used.grant && grant) end();
      grant = used.grant;
      if (used.refusal) throw new AgentError(used.refusal, REFUSALS[used.refusal]);
      if (nowMs - toldAtMs >= TOLD_EVERY_MS) {
        toldAtMs = nowMs;
        ports.tell({ type: "agent.used" });
      }
      ports.wake();
      return run(request);
    },
  };
}

function equalSecrets(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
