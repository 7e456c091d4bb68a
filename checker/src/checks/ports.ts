// What a check needs of the world, and how each kind is performed: an assignment in, an observation out.

import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { AnswerTo, CheckCall } from "@nearframe/shared/checking/node-calls";
import type { Observation } from "@nearframe/shared/checking/observation";
import type { Scope } from "@nearframe/shared/lifetime";
import type { OpenPath } from "../path/ports.ts";
import type { OpenSenses } from "../play/play-title.ts";

export type CheckPorts = {
  /**
   * Asks a node, through the server. MUST reject with a `NodeRefusedError` where the node itself refused or said
   * nothing within `timeoutMs`, and with any other error where the question did not get through.
   */
  callNode<C extends CheckCall["call"]>(nodeId: string, call: Extract<CheckCall, { call: C }>, timeoutMs: number): Promise<AnswerTo<C>>;
  /** How a play gets in: as a guest, by the players' door; with this token, of which the server knows what it is for. */
  play: { url: string; timeZone: string; token?: string | undefined; openPath: OpenPath; openSenses: OpenSenses };
  /** Why there was nothing to see, in a sentence. */
  onNote(note: string): void;
};

/** What the node did, or did not do, is the observation; not a failure of the check. */
export class NodeRefusedError extends Error {
  readonly code = "NODE_REFUSED";
  /** What the node called it, such as "BUSY"; undefined where it said nothing. */
  readonly nodeCode: string | undefined;
  constructor(message: string, nodeCode?: string) {
    super(message);
    this.nodeCode = nodeCode;
  }
}

/** Rejects with a `CheckVoidError` where the check says nothing about the node. */
export type Perform<K extends Assignment["kind"]> = (
  assignment: Extract<Assignment, { kind: K }>, ports: CheckPorts, scope: Scope,
) => Promise<Extract<Observation, { kind: K }>>;
