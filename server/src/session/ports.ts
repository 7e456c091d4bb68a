// What sessions need of the rest of the server.

import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { PlacementPolicy } from "@nearframe/shared/protocol/client-to-server";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import type { Lease } from "./session.ts";
import type { Option } from "./session-events.ts";

/** Where a player seems to be: what placement goes by until something is measured. */
export type PlayerPlace = {
  /** Of the far end of the socket; undefined where it is not to be known. */
  readonly address: string | undefined;
  /** An IANA name. */
  readonly timeZone: string | undefined;
  /** Round trips that it and its home measured to the network's probe points, so far. */
  readonly rttVector?: RttVector;
};

/** One control socket of a player. A player may have several: tabs, devices, a half-dead one. */
export interface PlayerPeer {
  readonly playerId: string;
  /** The same for each socket of one browser tab; undefined where the far end doesn't say. */
  readonly tabId: string | undefined;
  /** As it is known now: round trips come in while the socket is open. */
  readonly place: PlayerPlace;
  /** MUST NOT throw: a socket that can't take the message closes, which is heard as `handlePeerClosed`. */
  send(message: ServerToClient): void;
}

export interface SessionNodes {
  /** Whether the node's control link is up, as far as is known. */
  linked(nodeId: string): boolean;
  /** Asks it, and takes it for gone if it stays silent, which is then told like any lost link. MUST NOT reject. */
  answers(nodeId: string): Promise<boolean>;
  /** False if the node has no link now. */
  send(nodeId: string, message: ServerToNode): boolean;
  /** Codecs that it claims, and that checkers have not seen it play: players are not offered them. */
  unplayedCodecs(nodeId: string): readonly VideoCodec[];
  /** The key that signs what the node measured. */
  publicKey(nodeId: string): string | undefined;
  /** A session outlived its owner: should the node not be there, it is waited for as if its link had just died. */
  expect(nodeId: string, sessionId: string): void;
  /** The node has said that nothing of the session is left, which its last report could not know. */
  forgetReported(nodeId: string, sessionId: string): void;
  /** A session that was on the node has ended, or left it. */
  noteSessionEnded(nodeId: string, reason: EndReason): void;
}

/** What a session asks of its node. */
export type SlotNeed = {
  readonly sessionId: string;
  readonly title: Title;
  readonly place: PlayerPlace;
  readonly policy: PlacementPolicy | undefined;
  /** Since when it waits: the longer, the farther its node may be. */
  readonly waitingSinceMs: number;
  /** Nodes that have just failed it. */
  readonly excludedNodeIds: readonly string[];
  /** It is for this node alone, whatever its state. */
  readonly pinnedNodeId?: string | undefined;
  /** Round trips over media paths that it has had, by node. */
  readonly measuredRttMs?: ReadonlyMap<string, number>;
};

/** How the present node and the best of the others would serve a session, by what was measured. */
export type NodeComparison = {
  readonly present: { readonly rttMs: number; readonly mos: number };
  readonly other: { readonly nodeId: string; readonly rttMs: number; readonly mos: number } | undefined;
};

export type SlotChoice =
  /** MUST NOT reject: of the chosen slots, those that could be leased, best first. */
  | {
      type: "chosen";
      take(): Promise<readonly Option[]>;
      /** In place of `take`: the slots are wanted no more. */
      leave(): void;
    }
  /** `canRun` tells a full network from one that could never run it. */
  | { type: "none"; canRun: boolean };

export interface SessionSlots {
  /** Decides at once, and counts the chosen slots as taken for whoever asks next. */
  choose(need: SlotNeed): SlotChoice;
  /** What is only guessed by distance is no ground to compare. */
  compare(need: SlotNeed, nodeId: string, rttMs: number): NodeComparison;
  /** The opinion score of a session at this round trip to the node. */
  judge(need: SlotNeed, nodeId: string, rttMs: number): number;
  /** A slot of this very node, to measure the way there: to be released. MUST NOT reject; undefined if there is none. */
  takeAside(need: SlotNeed, nodeId: string): Promise<Option | undefined>;
  /** The session goes on with this lease: keep it until it is released. Its loss is told. */
  keep(lease: Lease, sessionId: string): void;
  /** At most once a lease. */
  release(lease: Lease, sessionId: string): void;
  /**
   * Takes over the lease of a session that this process has adopted, perhaps on another
   * slot. Undefined if somebody else has it. MAY reject while the cluster does not answer.
   */
  adopt(lease: Lease, sessionId: string): Promise<Lease | undefined>;
}

/** Who is told how sessions go. MUST NOT throw, and MUST NOT make its caller wait. */
export interface SessionTelemetry {
  /** `playedSinceMs` is the first frame. */
  takePlayerSample(session: PlayedSession, sample: PlayerSample): void;
  takeNodeSample(session: PlayedSession, sample: NodeSample): void;
  /** A sample came for a session that somebody else plays or serves. */
  refuseSample(): void;
  /** How much of it was told; undefined where nothing was. */
  endSession(sessionId: string): ToldTimes | undefined;
}

export type ToldTimes = { nodeMs: number; playerMs: number };

export type PlayedSession = {
  sessionId: string;
  nodeId: string;
  playedSinceMs: number;
  /** Whose it is, for whoever asks whose doing a bad minute was; left out, nobody asks. */
  player?: {
    playerId: string;
    /** As far as it is known. */
    address: string | undefined;
    /** It is a checker's: no player's minute. */
    check: boolean;
  };
};

export interface SessionTitles {
  find(titleId: string): Title | undefined;
  /** Where a node finds it; undefined if every node is known to have it. */
  source(title: Title): TitleSource | undefined;
}
