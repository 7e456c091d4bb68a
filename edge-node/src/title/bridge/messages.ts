// What the node and the part of a runtime that runs beside its title say to each other: one JSON
// object a line. The title itself is a stranger in the same sandbox and can speak here too, so
// nothing that is said here may do more than a title might.

import * as z from "zod/mini";
import { TREE_NODES_MAX, TreeNode } from "@nearframe/shared/agent/agent";
import type { Fingers } from "../../input/bridged-touches.ts";
import type { Motion } from "@nearframe/shared/input/motion";
import type { Sense } from "@nearframe/shared/title/senses";
import { CLIPBOARD_CHARACTERS_MAX, FIELD_KINDS } from "@nearframe/shared/protocol/session-control";

export const BRIDGE_VARIABLE = "NEARFRAME_BRIDGE";
export const LINE_BYTES_MAX = 256 * 1024;

export const FromTitle = z.discriminatedUnion("type", [
  /** A text field has the title's keyboard now, or none has. */
  z.strictObject({ type: z.literal("text-focus"), focused: z.boolean(), kind: z.optional(z.enum(FIELD_KINDS)) }),
  /** Something was copied in it. */
  z.strictObject({ type: z.literal("copied"), text: z.string().check(z.minLength(1), z.maxLength(CLIPBOARD_CHARACTERS_MAX)) }),
  /** Answers `tree.read`: what can be read on the screen. */
  z.strictObject({ type: z.literal("tree"), id: z.int(), nodes: z.array(TreeNode).check(z.maxLength(TREE_NODES_MAX)) }),
  /** Begins with the player's camera, or has lost it, and needs a keyframe. */
  z.strictObject({ type: z.literal("camera-lost") }),
]);
export type FromTitle = z.infer<typeof FromTitle>;

/** Written by the node alone, so its shape is not in doubt. */
export type ToTitle =
  /** From now on the title may ask for it, or may not any more. */
  | { type: "sense"; sense: Sense; on: boolean }
  | { type: "tree.read"; id: number }
  | ({ type: "motion" } & Motion)
  | { type: "location"; latitude: number; longitude: number; accuracyM: number }
  | ({ type: "touches" } & Fingers)
  | ({ type: "camera" } & CodedPicture);

/** Of the player's camera: a VP8 frame, in base64. */
export type CodedPicture = { keyframe: boolean; data: string };
