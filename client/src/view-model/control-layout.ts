// Where the on-screen parts of a title lie: as its publisher says, unless the player moved
// them. Pure, but for where it is kept.

import type { InputNeeds, PadButton, TouchControl } from "@nearframe/shared/title/manifest";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { createKept, type Kept, type Shelf } from "./browser-storage.ts";

const share = z.number().check(z.gte(0), z.lte(1));

/** What the player changed of one part. */
const PartChange = z.strictObject({
  x: z.optional(share),
  y: z.optional(share),
  size: z.optional(z.number().check(z.gte(0.05), z.lte(1))),
  hidden: z.optional(z.boolean()),
});
export type PartChange = z.infer<typeof PartChange>;
const PartChanges = z.record(z.string().check(z.maxLength(200)), PartChange);

export const ORIENTATIONS = ["portrait", "landscape"] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** What is kept, exported and imported. Parts by what they are, so that it outlives a publisher's new order. */
export const ControlLayout = z.strictObject({
  kind: z.literal("nearframe-controls"),
  version: z.literal(1),
  titleId: z.string().check(z.maxLength(64)),
  opacity: z.number().check(z.gte(0.1), z.lte(1)),
  portrait: PartChanges,
  landscape: PartChanges,
});
export type ControlLayout = z.infer<typeof ControlLayout>;

export const plainLayout = (titleId: string): ControlLayout => ({
  kind: "nearframe-controls", version: 1, titleId, opacity: 0.9, portrait: {}, landscape: {},
});

export const createControlLayout = (storage: Shelf | undefined, titleId: string): Kept<ControlLayout> =>
  createKept(storage, `nearframe.controls.${titleId}`, ControlLayout, plainLayout(titleId));

export type ShownControl = { id: string; control: TouchControl; hidden: boolean };

/** As the player left them; hidden ones too, for the editor. */
export function arrangeControls(
  controls: readonly TouchControl[],
  layout: ControlLayout,
  orientation: Orientation,
  leftHanded: boolean,
): readonly ShownControl[] {
  const changes = layout[orientation];
  return identify(controls).map(({ id, control }) => {
    const change = changes[id];
    // What the player placed lies where it was placed; only the publisher's order is mirrored.
    const x = change?.x ?? (leftHanded ? 1 - control.x : control.x);
    return {
      id,
      hidden: change?.hidden === true,
      control: { ...control, x, y: change?.y ?? control.y, size: change?.size ?? control.size },
    };
  });
}

/** What a part is, not where: two alike are told apart by their order. */
function identify(controls: readonly TouchControl[]): readonly { id: string; control: TouchControl }[] {
  const seen = new Map<string, number>();
  return controls.map((control) => {
    const { kind, label = "", keys = [], pad = "" } = control;
    const plain = [kind, label, keys.join("+"), pad].join("|");
    const count = seen.get(plain) ?? 0;
    seen.set(plain, count + 1);
    return { id: count === 0 ? plain : `${plain}|${count}`, control };
  });
}

export function changePart(layout: ControlLayout, orientation: Orientation, id: string, change: PartChange): ControlLayout {
  return { ...layout, [orientation]: { ...layout[orientation], [id]: { ...layout[orientation][id], ...change } } };
}

export type ImportResult = { ok: true; layout: ControlLayout } | { ok: false; why: "not-a-layout" | "another-title" };

/** Reads what a player was given by another. */
export function parseLayout(text: string, titleId: string): ImportResult {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { ok: false, why: "not-a-layout" };
  }
  const parsed = z.safeParse(ControlLayout, raw, WORDS);
  if (!parsed.success) return { ok: false, why: "not-a-layout" };
  return parsed.data.titleId === titleId ? { ok: true, layout: parsed.data } : { ok: false, why: "another-title" };
}

/** The publisher's parts; where there are none, a pad for titles that take one, as nobody should be left without hands. */
export function controlsOf(input: InputNeeds): readonly TouchControl[] {
  if (input.touchControls && input.touchControls.length > 0) return input.touchControls;
  if (input.touch || input.pointer === "absolute" || !input.pad) return [];
  return [
    { kind: "stick", pad: "left-stick", x: 0.14, y: 0.7, size: 0.36 },
    ...(input.pointer === "relative" ? [{ kind: "look", x: 0.66, y: 0.4, size: 0.7 } as const] : []),
    ...FACE.map(({ pad, label, x, y }): TouchControl => ({ kind: "button", pad, label, x, y, size: 0.17 })),
    { kind: "button", pad: "l1", label: "L", x: 0.06, y: 0.2, size: 0.13 },
    { kind: "button", pad: "r1", label: "R", x: 0.94, y: 0.2, size: 0.13 },
    { kind: "button", pad: "select", label: "Select", x: 0.4, y: 0.93, size: 0.12 },
    { kind: "button", pad: "start", label: "Start", x: 0.6, y: 0.93, size: 0.12 },
  ];
}

const FACE: readonly { pad: PadButton; label: string; x: number; y: number }[] = [
  { pad: "south", label: "A", x: 0.86, y: 0.86 },
  { pad: "east", label: "B", x: 0.94, y: 0.66 },
  { pad: "west", label: "X", x: 0.78, y: 0.66 },
  { pad: "north", label: "Y", x: 0.86, y: 0.46 },
];
