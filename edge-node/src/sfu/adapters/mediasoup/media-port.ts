// An end of the media port for whoever asks whether it lives: it answers ICE bindings
// that show its password, carries nothing, and is gone with its scope.

import type { types } from "mediasoup";
import type { MediaPort } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";

export async function openMediaPort(worker: types.Worker, webRtcServer: types.WebRtcServer, scope: Scope): Promise<MediaPort> {
  const router = scope.own(await worker.createRouter(), (router) => router.close());
  const transport = await router.createWebRtcTransport({ webRtcServer, enableUdp: true, enableTcp: false });
  const { usernameFragment, password } = transport.iceParameters;
  return { usernameFragment, password, addresses: transport.iceCandidates.map(({ address, port }) => ({ ip: address, port })) };
}
