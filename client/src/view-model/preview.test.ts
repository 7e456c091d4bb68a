import { START_STEPS, type StartStep } from "@nearframe/shared/session/start-steps";
import { expect, test } from "vitest";
import { mayPreview, PREVIEW_AFTER_MS, type PreviewNeeds } from "./preview.ts";

const after = (...done: readonly StartStep[]) => START_STEPS.map((step) => ({ step, state: done.includes(step) ? "done" : "ahead" }) as const);
const waiting: PreviewNeeds = {
  view: { stage: "starting", steps: after("placed", "transports-opened") }, waitedMs: PREVIEW_AFTER_MS, thrifty: false, littleMotion: false,
};

test.each<[string, boolean, Partial<PreviewNeeds>]>([
  ["a start that takes a while", true, {}],
  ["one that has only begun", false, { waitedMs: PREVIEW_AFTER_MS - 1 }],
  ["one whose path is up while the title still loads", true, { view: { stage: "starting", steps: after("placed", "title-started", "connected") } }],
  ["one whose title has drawn: the line is the stream's", false, { view: { stage: "starting", steps: after("placed", "title-started", "first-picture") } }],
  ["one whose machine is not chosen: the ways to it are being measured", false, { view: { stage: "starting", steps: after() } }],
  ["a place in line", true, { view: { stage: "queued", steps: after() } }],
  ["a place in line, just told", false, { view: { stage: "queued", steps: after() }, waitedMs: 0 }],
  ["a server that is being reached or asked", false, { view: { stage: "asking", steps: after() } }],
  ["who wants little data used", false, { thrifty: true }],
  ["who wants little motion", false, { littleMotion: true }],
])("a clip for %s: %s", (_name, shown, change) => expect(mayPreview({ ...waiting, ...change })).toBe(shown));
