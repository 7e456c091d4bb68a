// All that this host can put into a title: keys, pointer and text through XTEST,
// pads through uinput where there is one. What is copied in it comes back out.

import type { Scope } from "@nearframe/shared/lifetime";
import type { InputAction, InputSink, InputSinkEvents, OpenInputSink } from "../ports.ts";
import { createPadDevice, whyNoUinput, type PadDevice } from "./uinput.ts";
import { watchClipboard } from "./x-clipboard.ts";
import { openXtestSink } from "./xtest.ts";

export const openHostSink: OpenInputSink = async (display, events, scope) => {
  const { onClipboard } = events;
  const [sink] = await Promise.all([openXtestSink(display, scope), onClipboard && watchClipboard(display, onClipboard, scope)]);
  const reason = await whyNoUinput();
  if (reason) return { lacks: { ...sink.lacks, pad: reason }, apply: (actions) => sink.apply(actions) };
  return withPads(sink, events, scope);
};

function withPads(sink: InputSink, events: InputSinkEvents, scope: Scope): InputSink {
  const pads = new Map<number, PadDevice>();
  const padAt = (index: number): PadDevice => {
    const pad = pads.get(index) ?? createPadDevice(`Nearframe pad ${index + 1}`, scope, (rumble) => events.onRumble(index, rumble));
    pads.set(index, pad);
    return pad;
  };
  // There before the title starts: many look for pads only then.
  padAt(0);
  const { pad: _, ...lacks } = sink.lacks;
  return {
    lacks,
    async apply(actions: readonly InputAction[]) {
      const others = actions.filter((action) => {
        if (action.kind === "pad") padAt(action.pad).move(action);
        return action.kind !== "pad";
      });
      if (others.length > 0) await sink.apply(others);
    },
  };
}
