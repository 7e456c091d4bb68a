// The whole pad, as parts on a phone: sideways as on a console's pad, upright under one another.

import type { TouchControl } from "@nearframe/shared/title/manifest";
import type { Orientation } from "../view-model/control-layout.ts";

const SIDEWAYS: readonly TouchControl[] = [
  { kind: "stick", pad: "left-stick", x: 0.15, y: 0.46, size: 0.42 },
  { kind: "dpad", x: 0.32, y: 0.8, size: 0.34 },
  { kind: "stick", pad: "right-stick", x: 0.67, y: 0.78, size: 0.36 },
  { kind: "button", pad: "south", label: "A", x: 0.87, y: 0.68, size: 0.17 },
  { kind: "button", pad: "east", label: "B", x: 0.945, y: 0.48, size: 0.17 },
  { kind: "button", pad: "west", label: "X", x: 0.795, y: 0.48, size: 0.17 },
  { kind: "button", pad: "north", label: "Y", x: 0.87, y: 0.28, size: 0.17 },
  { kind: "button", pad: "l2", label: "L2", x: 0.06, y: 0.11, size: 0.15 },
  { kind: "button", pad: "l1", label: "L1", x: 0.16, y: 0.11, size: 0.15 },
  { kind: "button", pad: "r1", label: "R1", x: 0.84, y: 0.06, size: 0.15 },
  { kind: "button", pad: "r2", label: "R2", x: 0.94, y: 0.11, size: 0.15 },
  { kind: "button", pad: "select", label: "Select", x: 0.42, y: 0.5, size: 0.13 },
  { kind: "button", pad: "home", label: "Home", x: 0.5, y: 0.5, size: 0.13 },
  { kind: "button", pad: "start", label: "Start", x: 0.58, y: 0.5, size: 0.13 },
];

const UPRIGHT: readonly TouchControl[] = [
  { kind: "button", pad: "l2", label: "L2", x: 0.1, y: 0.07, size: 0.16 },
  { kind: "button", pad: "l1", label: "L1", x: 0.28, y: 0.07, size: 0.16 },
  { kind: "button", pad: "home", label: "Home", x: 0.5, y: 0.07, size: 0.13 },
  { kind: "button", pad: "r1", label: "R1", x: 0.72, y: 0.07, size: 0.16 },
  { kind: "button", pad: "r2", label: "R2", x: 0.9, y: 0.07, size: 0.16 },
  { kind: "button", pad: "select", label: "Select", x: 0.4, y: 0.22, size: 0.13 },
  { kind: "button", pad: "start", label: "Start", x: 0.6, y: 0.22, size: 0.13 },
  { kind: "stick", pad: "left-stick", x: 0.22, y: 0.42, size: 0.4 },
  { kind: "button", pad: "north", label: "Y", x: 0.78, y: 0.28, size: 0.155 },
  { kind: "button", pad: "west", label: "X", x: 0.625, y: 0.42, size: 0.155 },
  { kind: "button", pad: "east", label: "B", x: 0.935, y: 0.42, size: 0.155 },
  { kind: "button", pad: "south", label: "A", x: 0.78, y: 0.56, size: 0.155 },
  { kind: "dpad", x: 0.25, y: 0.82, size: 0.34 },
  { kind: "stick", pad: "right-stick", x: 0.72, y: 0.82, size: 0.36 },
];

export const WHOLE_PAD: Readonly<Record<Orientation, readonly TouchControl[]>> = { landscape: SIDEWAYS, portrait: UPRIGHT };
