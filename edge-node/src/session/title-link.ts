// Between a player and the part of a runtime that runs beside the title: what the title tells of
// itself goes to the player, and what the player grants of the device goes to the title. Nothing
// passes that is not granted; a grant is the present page's, and ends with it. Knows no socket and no seat.

import type { TreeNode } from "@nearframe/shared/agent/agent";
import { withTimeout } from "@nearframe/shared/lifetime";
import { isNewer } from "@nearframe/shared/input/messages";
import { readMotion } from "@nearframe/shared/input/motion";
import type { NodeToPlayer, PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { TitleManifest } from "@nearframe/shared/title/manifest";
import { SENSES, type Sense } from "@nearframe/shared/title/senses";
import { createCameraLine } from "../camera/camera-line.ts";
import type { Fingers } from "../input/bridged-touches.ts";
import type { FromTitle } from "../title/bridge/messages.ts";
import type { Bridge } from "../title/bridge/open-bridge.ts";

export type SenseOrder = Extract<PlayerToNode, { type: "sense.grant" | "sense.revoke" | "location" }>;

/** Where the player's voice goes. */
export interface Microphone {
  /** Rejects with a sentence where it can't be. */
  open(): Promise<void>;
  hear(rtpPacket: Buffer): void;
  close(): Promise<void>;
}

export type TitleLinkPorts = {
  manifest: Pick<TitleManifest, "name" | "sensors">;
  nowMs(): number;
  tell(message: NodeToPlayer): void;
  /** The player's clipboard is to have this. */
  onCopied(text: string): void;
  /** Undefined until the session has its sound. */
  microphone(): Microphone | undefined;
};

export interface TitleLink {
  /** The title runs; `bridge` is left out where its runtime has none. */
  attach(bridge: Bridge | undefined): void;
  /** A player's page can be told things from now on: it learns how things stand. */
  reachPlayer(): void;
  /** Another page has the seat: what the one before granted has ended. */
  replacePlayer(): void;
  /** The path to the page is gone, and with it what the page granted. */
  losePlayer(): void;
  /** The same page is back: what it had granted when it was lost, and has not taken back, is granted again. */
  returnPlayer(): void;
  handle(order: SenseOrder): void;
  handleFingers(fingers: Fingers): void;
  handleMotion(bytes: Uint8Array): void;
  handleVoice(rtpPacket: Buffer): void;
  handleCamera(rtpPacket: Buffer, requestKeyframe: () => void): void;
  /** What can be read on the title's screen. Rejects with a sentence where its runtime can't tell. */
  readTree(): Promise<TreeNode[]>;
}

const TREE_TIMEOUT_MS = 4_000;

export function createTitleLink({ manifest, nowMs, tell, onCopied, microphone }: TitleLinkPorts): TitleLink {
  let bridge: Bridge | undefined;
  let focus: Extract<NodeToPlayer, { type: "text-focus" }> | undefined;
  let motionSeq: number | undefined;
  const granted = new Set<Sense>();
  let lost: readonly Sense[] = [];
  let tree: { id: number; done(nodes: TreeNode[]): void } | undefined;
  let treeId = 0;
  const camera = createCameraLine({
    nowMs,
    show: ({ keyframe, data }) => bridge?.send({ type: "camera", keyframe, data: data.toString("base64") }) === true,
  });

  function hear(message: FromTitle): void {
    switch (message.type) {
      case "text-focus": {
        const next = { type: "text-focus", focused: message.focused, kind: message.kind ?? "text" } as const;
        if (focus?.focused === next.focused && focus.kind === next.kind) return;
        focus = next;
        return tell(next);
      }
      case "copied":
        return onCopied(message.text);
      case "tree":
        if (tree?.id === message.id) tree.done(message.nodes);
        return;
      case "camera-lost":
        if (granted.has("camera")) camera.wantKeyframe();
        return;
    }
  }

  function whyNot(sense: Sense): string | undefined {
    if (!manifest.sensors?.includes(sense)) return `"${manifest.name}" makes no use of the ${sense}`;
    if (sense !== "microphone" && !bridge) return `"${manifest.name}" has not started yet`;
    if (sense === "microphone" && !microphone()) return `"${manifest.name}" has no sound yet`;
    return undefined;
  }

  async function grant(sense: Sense): Promise<void> {
    const reason = whyNot(sense);
    if (reason !== undefined) return tell({ type: "sense", sense, state: "refused", reason });
    granted.add(sense);
    if (sense === "motion") motionSeq = undefined;
    if (sense === "camera") camera.open();
    try {
      if (sense === "microphone") await microphone()?.open();
    } catch (error) {
      granted.delete(sense);
      return tell({ type: "sense", sense, state: "refused", reason: (error as Error).message.slice(0, 300) });
    }
    // Taken back while it opened.
    if (!granted.has(sense)) return;
    bridge?.send({ type: "sense", sense, on: true });
    tell({ type: "sense", sense, state: "on" });
  }

  function revoke(sense: Sense): void {
    if (!granted.delete(sense)) return;
    bridge?.send({ type: "sense", sense, on: false });
    if (sense === "microphone") void microphone()?.close();
    tell({ type: "sense", sense, state: "off" });
  }

  return {
    attach(attached) {
      bridge = attached;
      attached?.listen(hear);
    },
    reachPlayer() {
      tell(focus ?? { type: "text-focus", focused: false, kind: "text" });
    },
    replacePlayer() {
      lost = [];
      for (const sense of SENSES) revoke(sense);
    },
    losePlayer() {
      if (granted.size > 0) lost = [...granted];
      for (const sense of SENSES) revoke(sense);
    },
    returnPlayer() {
      const back = lost;
      lost = [];
      for (const sense of back) void grant(sense);
    },
    handle(order) {
      switch (order.type) {
        case "sense.grant":
          return void grant(order.sense);
        case "sense.revoke":
          lost = lost.filter((sense) => sense !== order.sense);
          return revoke(order.sense);
        case "location":
          if (granted.has("location")) bridge?.send(order);
      }
    },
    // Before the title runs there is nothing to touch.
    handleFingers: (fingers) => void bridge?.send({ type: "touches", ...fingers }),
    handleMotion(bytes) {
      if (!granted.has("motion")) return;
      const motion = readMotion(bytes);
      if (!motion || (motionSeq !== undefined && !isNewer(motion.seq, motionSeq))) return;
      motionSeq = motion.seq;
      bridge?.send({ type: "motion", ...motion });
    },
    handleVoice(packet) {
      if (granted.has("microphone")) microphone()?.hear(packet);
    },
    handleCamera(packet, requestKeyframe) {
      if (granted.has("camera")) camera.hear(packet, requestKeyframe);
    },
    async readTree() {
      const id = (treeId += 1);
      const answer = Promise.withResolvers<TreeNode[]>();
      tree = { id, done: answer.resolve };
      if (!bridge?.send({ type: "tree.read", id })) throw new Error(`"${manifest.name}" can't say what is on its screen; use the picture`);
      return withTimeout(answer.promise, TREE_TIMEOUT_MS, `"${manifest.name}" did not say in time what is on its screen`);
    },
  };
}
