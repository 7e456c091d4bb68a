// The on-screen parts of one session: the publisher's, as the player arranged them, for
// how the phone is held. Drawn by the view, worked by `input/`, changed by the editor.

import type { Scope } from "@nearframe/shared/lifetime";
import type { InputNeeds, TouchControl } from "@nearframe/shared/title/manifest";
import { createSource, type Behavior } from "../behavior.ts";
import { createKept, type Shelf } from "./browser-storage.ts";
import { PadMap, PLAIN_MAP } from "../input/pad-map.ts";
import {
  arrangeControls, changePart, controlsOf, createControlLayout, parseLayout, plainLayout,
  type ImportResult, type Orientation, type PartChange, type ShownControl,
} from "./control-layout.ts";
import type { Settings } from "./settings.ts";

export type ControlsView = { parts: readonly ShownControl[]; opacity: number; padMap: PadMap };

export interface PlayControls {
  readonly view: Behavior<ControlsView>;
  /** What fingers work: the parts that are not hidden, in the order in which they are drawn. */
  worked(): readonly TouchControl[];
  /** The title is known, or another one. */
  follow(input: InputNeeds): void;
  changePart(id: string, change: PartChange): void;
  setOpacity(opacity: number): void;
  reset(): void;
  exported(): string;
  import(text: string): ImportResult;
  setPadMap(map: PadMap): void;
}

export type ControlPorts = {
  storage: Shelf | undefined;
  settings: Behavior<Settings>;
  orientation: Behavior<Orientation>;
};

export function createPlayControls(scope: Scope, titleId: string, ports: ControlPorts): PlayControls {
  const layout = createControlLayout(ports.storage, titleId);
  const padMap = createKept(ports.storage, `nearframe.pad.${titleId}`, PadMap, PLAIN_MAP);
  let controls: readonly TouchControl[] = [];
  let worked: readonly TouchControl[] = [];
  const view = createSource<ControlsView>({ parts: [], opacity: layout.value.value.opacity, padMap: padMap.value.value });

  function refresh(): void {
    const { leftHanded } = ports.settings.value;
    const parts = arrangeControls(controls, layout.value.value, ports.orientation.value, leftHanded);
    worked = parts.filter(({ hidden }) => !hidden).map(({ control }) => control);
    view.set({ parts, opacity: layout.value.value.opacity, padMap: padMap.value.value });
  }
  for (const behavior of [layout.value, padMap.value, ports.settings, ports.orientation]) {
    scope.own(behavior.subscribe(refresh), (stop) => stop());
  }

  return {
    view: view.behavior,
    worked: () => worked,
    follow(input) {
      const next = controlsOf(input);
      if (next === controls) return;
      controls = next;
      refresh();
    },
    changePart: (id, change) => layout.change((now) => changePart(now, ports.orientation.value, id, change)),
    setOpacity: (opacity) => layout.change((now) => ({ ...now, opacity })),
    reset: () => layout.change(() => plainLayout(titleId)),
    exported: () => JSON.stringify(layout.value.value, undefined, 2),
    import(text) {
      const result = parseLayout(text, titleId);
      if (result.ok) layout.change(() => result.layout);
      return result;
    },
    setPadMap: (map) => padMap.change(() => map),
  };
}
