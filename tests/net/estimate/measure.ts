// What mediasoup's bandwidth estimate does on a known link, with a real browser at
// the far end and the relay between:
//
//   node tests/net/estimate/measure.ts [--initial 8000] [--max 20000] [--link 20000]
//
// docs/adr/0003-rate-control.md rests on what this prints. Times are seconds from
// the first media; rates kbit/s.

import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as mediasoup from "mediasoup";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser } from "../../support/browser.ts";
import { CLEAR_LINK } from "../link/profile.ts";
import type { NetProfile } from "../link/profile.ts";
import { throughRelay } from "../relay/candidates.ts";
import { createRelay } from "../relay/relay.ts";
import { makeOffer, readDtls } from "./answer.ts";
import { sendRtp } from "./rtp-source.ts";

const TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/** The part of mediasoup's "bwe" trace that is printed; its own type leaves it open. */
type BweInfo = { availableBitrate: number; desiredBitrate: number; maxBitrate: number };

const { values } = parseArgs({
  options: {
    initial: { type: "string", default: "8000" },
    max: { type: "string", default: "0" },
    link: { type: "string", default: "20000" },
    send: { type: "string", default: "4000" },
  },
});

function linkOf(rateKbps: number): NetProfile {
  const down = { ...CLEAR_LINK, delayMs: 15, rateKbps, queueMs: 400 };
  return { about: "a measured link", madeBy: "by hand", up: { ...CLEAR_LINK, delayMs: 15 }, down };
}

await using scope = new Scope();
const worker = scope.own(await mediasoup.createWorker({ logLevel: "error" }), (owned) => owned.close());
const router = await worker.createRouter({
  mediaCodecs: [
    {
      kind: "video",
      mimeType: "video/VP8",
      clockRate: 90_000,
      preferredPayloadType: 96,
      rtcpFeedback: [{ type: "transport-cc" }, { type: "nack" }, { type: "nack", parameter: "pli" }],
    },
  ],
});
const transport = await router.createWebRtcTransport({
  listenInfos: [{ protocol: "udp", ip: "127.0.0.1" }],
  initialAvailableOutgoingBitrate: Number(values.initial) * 1_000,
});
if (values.max !== "0") await transport.setMaxOutgoingBitrate(Number(values.max) * 1_000);
const target = { host: "127.0.0.1", port: transport.iceCandidates[0]!.port };
const relay = await createRelay(
  { listen: { host: "127.0.0.1", port: 0 }, target, profile: linkOf(Number(values.link)), seed: 1 },
  scope,
);

const direct = await router.createDirectTransport();
const producer = await direct.produce({
  kind: "video",
  rtpParameters: {
    mid: "0",
    codecs: [{ mimeType: "video/VP8", payloadType: 96, clockRate: 90_000, rtcpFeedback: [] }],
    headerExtensions: [{ uri: TRANSPORT_CC, id: 5 }],
    encodings: [{ ssrc: 7_777 }],
    rtcp: { cname: "measure" },
  },
});
const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });

const page = (await openBrowser(scope)).pages()[0]!;
await page.goto("about:blank");
const offer = makeOffer(transport, consumer, throughRelay(transport.iceCandidates, relay.address));
const answer = await page.evaluate(async (sdp) => {
  const peer = new RTCPeerConnection();
  Object.assign(window, { peer });
  await peer.setRemoteDescription({ type: "offer", sdp });
  await peer.setLocalDescription();
  return peer.localDescription?.sdp ?? "";
}, offer);
await transport.connect({ dtlsParameters: readDtls(answer) });
while (transport.dtlsState !== "connected") await setTimeout(20);

const startedAtMs = performance.now();
const source = sendRtp(producer, Number(values.send), scope);
let probes = 0;
const say = (text: string) => console.log(`${((performance.now() - startedAtMs) / 1_000).toFixed(2)} s  ${text}`);
await transport.enableTraceEvent(["bwe", "probation"]);
transport.on("trace", (trace) => {
  if (trace.type === "probation") probes += 1;
  else {
    const { availableBitrate, desiredBitrate, maxBitrate } = trace.info as BweInfo;
    say(`told ${kbps(availableBitrate)}, wants ${kbps(desiredBitrate)}, capped at ${kbps(maxBitrate)}, ${probes} probe packets so far`);
  }
});

const kbps = (bitsPerSecond: number) => Math.round(bitsPerSecond / 1_000);

async function watch(forMs: number): Promise<void> {
  const endMs = performance.now() + forMs;
  let lastKbps = 0;
  while (performance.now() < endMs) {
    const [stats] = await transport.getStats();
    const availableKbps = kbps(stats?.availableOutgoingBitrate ?? 0);
    if (Math.abs(availableKbps - lastKbps) > 0.05 * lastKbps) say(`asked ${availableKbps}`);
    lastKbps = Math.abs(availableKbps - lastKbps) > 0.05 * lastKbps ? availableKbps : lastKbps;
    await setTimeout(50);
  }
}

await watch(5_000);
for (const sendKbps of [8_000, 12_000, 16_000]) {
  say(`sending ${sendKbps}`);
  source.setKbps(sendKbps);
  await watch(3_000);
}
say("the link falls to 5000");
relay.setProfile(linkOf(5_000));
await watch(1_500);
say("sending 4200");
source.setKbps(4_200);
await watch(6_000);
say(`the link rises to ${values.link}`);
relay.setProfile(linkOf(Number(values.link)));
await watch(8_000);
say("the cap is moved to 6000 and back up to 12000: does mediasoup probe?");
await transport.setMaxOutgoingBitrate(6_000_000);
await watch(1_500);
await transport.setMaxOutgoingBitrate(12_000_000);
await watch(4_000);
