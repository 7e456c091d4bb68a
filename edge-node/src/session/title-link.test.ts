import { expect, test, vi } from "vitest";
import { writeMotion, type Motion } from "@nearframe/shared/input/motion";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { Sense } from "@nearframe/shared/title/senses";
import { writePacket } from "../media/rtp/packet.ts";
import type { FromTitle, ToTitle } from "../title/bridge/messages.ts";
import { createTitleLink, type Microphone } from "./title-link.ts";

const MOTION: Motion = { seq: 1, orientation: [1, 2, 3], acceleration: [0, 0, 0], accelerationWithGravity: [0, 0, 9.75], turnRate: [0, 0, 0] };

function rig(sensors: Sense[] = ["motion", "location", "microphone"], open: Microphone["open"] = async () => {}) {
  const told: NodeToPlayer[] = [];
  const sent: ToTitle[] = [];
  const voice: string[] = [];
  const copied: string[] = [];
  let listener: (message: FromTitle) => void = () => {};
  const microphone: Microphone = {
    open,
    hear: (packet) => void voice.push(packet.toString()),
    close: async () => void voice.push("closed"),
  };
  const link = createTitleLink({ manifest: { name: "Board", sensors }, nowMs: () => 0, tell: (message) => void told.push(message), onCopied: (text) => void copied.push(text), microphone: () => microphone });
  const bridge = {
    send: (message: ToTitle) => {
      sent.push(message);
      return true;
    },
    listen: (next: typeof listener) => void (listener = next),
  };
  return { link, copied, bridge, told, sent, voice, say: (message: FromTitle) => listener(message) };
}

test("a field's focus is told when it changes, and to a page that comes later", () => {
  const { link, bridge, told, say } = rig();
  link.attach(bridge);
  say({ type: "text-focus", focused: true, kind: "email" });
  say({ type: "text-focus", focused: true, kind: "email" });
  expect(told).toEqual([{ type: "text-focus", focused: true, kind: "email" }]);
  link.reachPlayer();
  expect(told).toHaveLength(2);
  say({ type: "text-focus", focused: false });
  link.reachPlayer();
  // Also that none has it: the page may come from another node, or missed it over a path that was dead.
  expect(told.slice(2)).toEqual([{ type: "text-focus", focused: false, kind: "text" }, { type: "text-focus", focused: false, kind: "text" }]);
});

test("what is copied in the title goes to the player", () => {
  const { link, bridge, copied, say } = rig();
  link.attach(bridge);
  say({ type: "copied", text: "from the phone" });
  expect(copied).toEqual(["from the phone"]);
});

test("what is not granted does not pass, and what is taken back stops at once", () => {
  const { link, bridge, told, sent } = rig();
  link.attach(bridge);
  const place = { type: "location", latitude: 52.5, longitude: 13.4, accuracyM: 20 } as const;
  link.handle(place);
  link.handleMotion(writeMotion(MOTION));
  expect(sent).toEqual([]);
  link.handle({ type: "sense.grant", sense: "location" });
  link.handle({ type: "sense.grant", sense: "motion" });
  link.handle(place);
  link.handleMotion(writeMotion(MOTION));
  // Newest wins: what comes late is old.
  link.handleMotion(writeMotion(MOTION));
  link.handle({ type: "sense.revoke", sense: "motion" });
  link.handleMotion(writeMotion({ ...MOTION, seq: 2 }));
  expect(sent).toEqual([
    { type: "sense", sense: "location", on: true },
    { type: "sense", sense: "motion", on: true },
    place,
    { type: "motion", ...MOTION },
    { type: "sense", sense: "motion", on: false },
  ]);
  expect(told.at(-1)).toEqual({ type: "sense", sense: "motion", state: "off" });
});

test("what the title has no use for is refused with a sentence", () => {
  const { link, bridge, told } = rig(["microphone"]);
  link.attach(bridge);
  link.handle({ type: "sense.grant", sense: "camera" });
  expect(told).toEqual([{ type: "sense", sense: "camera", state: "refused", reason: '"Board" makes no use of the camera' }]);
});

test("a title that has not started is given nothing", () => {
  const { link, told } = rig();
  link.handle({ type: "sense.grant", sense: "motion" });
  expect(told).toEqual([expect.objectContaining({ state: "refused", reason: '"Board" has not started yet' })]);
});

test("the player's fingers reach a title that runs", () => {
  const { link, bridge, sent } = rig();
  const fingers = { fingers: [{ id: 0, x: 0.5, y: 0.5, pressure: 1 }], cancelled: false };
  link.handleFingers(fingers);
  link.attach(bridge);
  link.handleFingers(fingers);
  expect(sent).toEqual([{ type: "touches", ...fingers }]);
});

test("the voice is heard while it is granted, and every grant ends with the page", async () => {
  const { link, bridge, told, voice, sent } = rig();
  link.attach(bridge);
  link.handleVoice(Buffer.from("too early"));
  link.handle({ type: "sense.grant", sense: "microphone" });
  await vi.waitFor(() => expect(told).toContainEqual({ type: "sense", sense: "microphone", state: "on" }));
  link.handleVoice(Buffer.from("hello"));
  link.losePlayer();
  link.handleVoice(Buffer.from("too late"));
  expect(voice).toEqual(["hello", "closed"]);
  expect(sent.at(-1)).toEqual({ type: "sense", sense: "microphone", on: false });
});

test("the camera's frames pass while it is granted, and a page that begins with them has a keyframe asked for", () => {
  const { link, bridge, sent, say } = rig(["camera"]);
  const asked: string[] = [];
  const frame = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0]);
  const see = (sequence: number) =>
    link.handleCamera(
      writePacket({ payloadType: 96, sequence, timestamp: sequence, ssrc: 7, marker: true }, {}, { transportSequence: 0, frame: undefined }, [Uint8Array.of(0x10), frame]),
      () => asked.push("keyframe"),
    );
  link.attach(bridge);
  see(1);
  say({ type: "camera-lost" });
  expect([sent, asked]).toEqual([[], []]);
  link.handle({ type: "sense.grant", sense: "camera" });
  see(2);
  say({ type: "camera-lost" });
  link.handle({ type: "sense.revoke", sense: "camera" });
  see(3);
  say({ type: "camera-lost" });
  expect(sent).toEqual([
    { type: "sense", sense: "camera", on: true },
    { type: "camera", keyframe: true, data: frame.toString("base64") },
    { type: "sense", sense: "camera", on: false },
  ]);
  expect(asked).toEqual(["keyframe"]);
});

test("a microphone that can't be opened is refused, and one that is taken back as it opens stays off", async () => {
  const broken = rig(["microphone"], () => Promise.reject(new Error("pacat is not installed")));
  broken.link.handle({ type: "sense.grant", sense: "microphone" });
  await vi.waitFor(() => expect(broken.told).toEqual([{ type: "sense", sense: "microphone", state: "refused", reason: "pacat is not installed" }]));

  const opening = Promise.withResolvers<void>();
  const slow = rig(["microphone"], () => opening.promise);
  slow.link.handle({ type: "sense.grant", sense: "microphone" });
  slow.link.handle({ type: "sense.revoke", sense: "microphone" });
  opening.resolve();
  await opening.promise;
  expect(slow.told).toEqual([{ type: "sense", sense: "microphone", state: "off" }]);
});

test("what was granted holds again when the path is back, less what was taken back, and not for another page", () => {
  const { link, bridge, told } = rig();
  link.attach(bridge);
  for (const sense of ["motion", "location"] as const) link.handle({ type: "sense.grant", sense });
  link.losePlayer();
  // Said on the way out, and heard when the path was back.
  link.handle({ type: "sense.revoke", sense: "location" });
  told.length = 0;
  link.returnPlayer();
  expect(told).toEqual([{ type: "sense", sense: "motion", state: "on" }]);
  link.replacePlayer();
  link.returnPlayer();
  expect(told.slice(1)).toEqual([{ type: "sense", sense: "motion", state: "off" }]);
});
