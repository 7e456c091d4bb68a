// The whole pad, as parts on a phone that is held sideways.

import type { TouchControl } from "@nearframe/shared/title/manifest";

export const WHOLE_PAD: readonly TouchControl[] = [
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
