// The player's camera from its packets to the runtime's end of the title's bridge, through a real
// encoder, a real socket and a real decoder. What a browser makes of it: title/web/bridge.contract.test.ts.

import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openVideoDecoder } from "../media/testing/video-decoder.ts";
import { createPrivateFolder } from "../process/private-folder.ts";
import { createTitleLink } from "../session/title-link.ts";
import { connectBridge } from "../title/bridge/connect-bridge.ts";
import { BRIDGE_VARIABLE, type CodedPicture, type ToTitle } from "../title/bridge/messages.ts";
import { openBridge } from "../title/bridge/open-bridge.ts";
import { openPlayerCamera } from "./testing/player-camera.ts";

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(async () => {
  vi.unstubAllEnvs();
  await scope.close();
});

test("what the camera sees is what a title's runtime decodes, and a lost packet costs no more than the time to a keyframe", async () => {
  const path = join(await createPrivateFolder("camera", scope), "bridge");
  const bridge = await openBridge(path, scope);
  vi.stubEnv(BRIDGE_VARIABLE, path);
  const pictures: CodedPicture[] = [];
  const heard: ToTitle[] = [];
  const end = connectBridge((message) => void (message.type === "camera" ? pictures.push(message) : heard.push(message)));
  await vi.waitFor(() => expect(bridge.send({ type: "sense", sense: "motion", on: false })).toBe(true));

  let nowMs = 0;
  const link = createTitleLink({ manifest: { name: "Booth", sensors: ["camera"] }, nowMs: () => nowMs, tell() {}, onCopied() {}, microphone: () => undefined });
  link.attach(bridge);
  link.handle({ type: "sense.grant", sense: "camera" });
  const camera = openPlayerCamera(scope);
  const shoot = (brightness: number, lost = -1) => {
    nowMs += 66;
    camera.shoot(brightness).forEach((packet, index) => index !== lost && link.handleCamera(packet, camera.requestKeyframe));
  };
  for (const brightness of [0, 60, 120, 250]) shoot(brightness);
  await vi.waitFor(() => expect(pictures.map(({ keyframe }) => keyframe)).toEqual([true, false, false, false]));
  const decoder = openVideoDecoder("VP8", scope);
  const lumas = pictures.map(({ data }) => decoder.decode(Buffer.from(data, "base64"))?.lumaAt(160, 120) ?? Number.NaN);
  expect(lumas[0]).toBeLessThan(30);
  expect(lumas[3]).toBeGreaterThan(200);
  expect(lumas).toEqual(lumas.toSorted((a, b) => a - b));

  // Its first packet, and so the whole of it.
  shoot(20, 0);
  for (let i = 0; i < 10; i++) shoot(200);
  await vi.waitFor(() => expect(pictures.length).toBeGreaterThan(4));
  expect(pictures[4]?.keyframe).toBe(true);
  expect(decoder.decode(Buffer.from(pictures[4]?.data ?? "", "base64"))?.lumaAt(160, 120)).toBeGreaterThan(150);

  // A page that opens the camera later begins with a keyframe.
  const before = pictures.length;
  nowMs += 1_000;
  end.say({ type: "camera-lost" });
  await vi.waitFor(() => {
    shoot(200);
    expect(pictures.slice(before).some(({ keyframe }) => keyframe)).toBe(true);
  });
  link.handle({ type: "sense.revoke", sense: "camera" });
  await vi.waitFor(() => expect(heard.at(-1)).toEqual({ type: "sense", sense: "camera", on: false }));
  const last = pictures.length;
  for (let i = 0; i < 3; i++) shoot(0);
  expect(bridge.send({ type: "sense", sense: "motion", on: false })).toBe(true);
  await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ sense: "motion" }));
  expect(pictures.length).toBe(last);
});
