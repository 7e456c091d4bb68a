// The room's picture once more, for those who only watch: a producer beside the pipeline's that is fed
// with what the pipeline's gives. What they ask of it (a keyframe, after a loss or as they come) ends
// here and is told, while the player's own requests go straight to the pipeline. A packet passes this
// process on its way, and is neither read nor changed; there is no mirror before the first guest.

import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import { asksForKeyframe } from "../../../media/rtp/rtcp.ts";

export async function createMirror(
  router: types.Router,
  picture: types.Producer,
  onKeyframeWanted: () => void,
  scope: Scope,
): Promise<types.Producer> {
  const transport = scope.own(await router.createDirectTransport(), (transport) => transport.close());
  const source = await transport.consume({
    producerId: picture.id, rtpCapabilities: router.rtpCapabilities, enableRtx: false, paused: true,
  });
  const producer = await transport.produce({ kind: "video", rtpParameters: source.rtpParameters });
  const ssrc = source.rtpParameters.encodings?.[0]?.ssrc ?? 0;
  transport.on("rtcp", (packet) => {
    if (asksForKeyframe(packet, ssrc)) onKeyframeWanted();
  });
  source.on("rtp", (packet) => {
    if (!producer.closed) producer.send(packet);
  });
  await source.resume();
  return producer;
}

/** One for all, from the first who watches to the last. */
export function shareMirror(
  create: (mirrorScope: Scope) => Promise<types.Producer>,
  roomScope: Scope,
): (seatScope: Scope) => Promise<types.Producer> {
  let shared: { scope: Scope; producer: Promise<types.Producer>; seats: number } | undefined;
  return (seatScope) => {
    if (!shared) {
      const scope = roomScope.child();
      shared = { scope, producer: create(scope), seats: 0 };
    }
    const mine = shared;
    mine.seats += 1;
    seatScope.own(mine, async () => {
      mine.seats -= 1;
      if (mine.seats > 0) return;
      if (shared === mine) shared = undefined;
      await mine.scope.close("nobody watches");
    });
    return mine.producer;
  };
}
