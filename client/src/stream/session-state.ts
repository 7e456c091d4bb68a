// What a session can be, seen from the player's side. A value; `session-transition.ts`
// says how it changes.

import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { ClientToServer, Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { Probed } from "./probe-run.ts";
import type { Queue } from "./queue-place.ts";
import type { HeldSession, MoveReason, ServerToClient, SessionTitle } from "@nearframe/shared/protocol/server-to-client";

/** Failures that the player's side finds by itself, before or without the server. */
export const LOCAL_FAILURES = [
  "no-webrtc",
  "no-video-codec",
  "server-unreachable",
  "no-answer",
  "node-silent",
  "no-picture",
  "connection-lost",
  "session-gone",
  "replaced",
  "outdated",
  "player-broken",
] as const;
export type LocalFailure = (typeof LOCAL_FAILURES)[number];

export type Outcome =
  | { kind: "ended"; reason: EndReason; detail?: string }
  /** The server would not start it. */
  | { kind: "refused"; code: string; message: string }
  | { kind: "local"; cause: LocalFailure; detail?: string };

/** The way that frames and input take, node to player. */
export type MediaPath =
  | { is: "none" }
  | { is: "connecting"; untilMs: number }
  | { is: "up"; sinceMs: number }
  | { is: "down"; sinceMs: number; restartAtMs: number }
  /** Given up here. The server may find that the node is to blame, and has until then to move the session. */
  | { is: "given-up"; untilMs: number; outcome: Outcome };

type Base = { titleId: string; tappedAtMs: number; control: "up" | "down" };

export type Preparing = Base & {
  phase: "preparing";
  device: Device | undefined;
  held: readonly HeldSession[];
  /** The player has said already that it is to go on here, wherever it runs now. */
  takesOver: boolean;
  untilMs: number;
};
export type Requested = Base & {
  phase: "requested";
  device: Device;
  requestId: string;
  resuming: string | undefined;
  /** The player chose to go on here with what another tab or device plays. */
  takeOver: boolean;
  untilMs: number;
};
/** The session is played in another tab or on another device; the player may take it over. */
export type Elsewhere = Base & { phase: "elsewhere"; device: Device; sessionId: string };
type Live = Base & {
  device: Device;
  sessionId: string;
  title: SessionTitle;
  media: MediaPath;
  /** Its node is gone, and the session is on its way to another; until a picture of the title's comes from there. */
  moving: MoveReason | undefined;
  /** Of the start, or of the move that is under way. */
  steps: readonly StartStep[];
  /** The network changed, or nothing came, since the line to the server was opened: it may have been dead already, and nobody heard. */
  restartDue: boolean;
  /** A wholly new path was wanted while nobody could be asked, or asked for over a line that was dead. */
  newPathDue?: boolean;
  /** The request by which the server is asked for this session again, until it answers. */
  resumeId: string | undefined;
};
/** What takes longer than usual before the first picture. */
export type Slow = "title" | "machine";
export type Starting = Live & {
  phase: "starting";
  /** When the player is told that the step which is waited for takes long; undefined where nobody knows, or it is told. */
  slowAtMs: number | undefined;
  slow: Slow | undefined;
  queue: Queue | undefined;
  /** When a frame must be on the screen, once everything else is there. */
  frameUntilMs: number | undefined;
};
export type Playing = Live & {
  phase: "playing";
  sinceMs: number;
  /** A new path was offered, and no frame has come over it yet. */
  offeredAtMs: number | undefined;
  /** A first frame that the server could not be told of. */
  untoldFrameMs: number | undefined;
};
export type Over = Base & { phase: "over"; outcome: Outcome };

export type SessionState = Preparing | Requested | Elsewhere | Starting | Playing | Over;

export type SessionEvent =
  | { kind: "device-known"; device: Device }
  | { kind: "device-unfit"; cause: "no-webrtc" | "no-video-codec" | "player-broken"; detail: string }
  | { kind: "control-opened"; held: readonly HeldSession[] }
  | { kind: "control-lost" }
  | { kind: "control-closed"; why: "replaced" | "outdated" }
  | { kind: "message"; message: ServerToClient }
  | { kind: "media-connected" }
  | { kind: "media-disconnected" }
  /** The node did not do its part, or this page could not do its own. */
  | { kind: "receiver-failed"; cause: "node-silent" | "player-broken"; detail: string }
  /** A candidate's path was measured. */
  | ({ kind: "candidate-probed"; epoch: number } & Probed)
  /** The candidate that was chosen has no path here: it failed, or its offer never came. */
  | { kind: "candidate-missing" }
  /** Nothing has come for a moment over a path that looks up. */
  | { kind: "media-quiet" }
  /** Nothing has come for about a second. */
  | { kind: "media-stalled" }
  /** Not even the restarted path brought anything. */
  | { kind: "media-lost" }
  /** This device is on another network, or back on one. */
  | { kind: "network-changed" }
  /** The page was hidden, or is seen again. */
  | { kind: "page-turned" }
  | { kind: "frame-shown"; atMs: number }
  | { kind: "take-over-pressed" }
  | { kind: "leave-pressed" }
  | { kind: "time-passed" };

export type SessionEffect =
  | { do: "send"; message: ClientToServer }
  | { do: "open-receiver"; epoch: number; offer: Offer }
  | { do: "open-candidate"; epoch: number; offer: Offer }
  /** Measured beside the path that counts, and closed. */
  | { do: "open-trial"; epoch: number; offer: Offer }
  /** Its path is the session's from now on, and the other candidates' are closed. */
  | { do: "take-candidate"; epoch: number }
  | { do: "restart-ice" }
  | { do: "close-receiver" };

export const sessionIdOf = (state: SessionState): string | undefined =>
  state.phase === "starting" || state.phase === "playing" ? state.sessionId : undefined;
