// Lets the browser learn how long the way to the node is, so that it asks for a lost repair
// again after a round trip, and not after 100 ms.
//
// libwebrtc takes the round trip of a whole connection from the reports on what that connection
// sends (call_stats.cc), and a player's connection sends nothing: then it asks again after
// kDefaultRtt (nack_requester.cc). So ours sends a little silence: Opus without transmission,
// two or three packets a second, which the node reports on and nobody hears. It goes back on
// the very section on which the sound comes, as browsers know sections that do both.
//
// Where a browser can't make silence without opening a sound device, or is not of libwebrtc's
// family, nothing is sent, and repairs are as slow there as they were.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Transport } from "mediasoup-client/types";

export interface RoundTripSource {
  /** Once the connection is the session's: a candidate sends nothing. Opening a source of sound takes 20 to 90 ms of the page. */
  start(): void;
}

/** To be called before the transport receives anything. */
export function shareRoundTrip(transport: Transport, scope: Scope): RoundTripSource {
  const connection = connectionOf(transport);
  if (!connection || !makesSilence()) return { start() {} };
  const setRemoteDescription = connection.setRemoteDescription.bind(connection);
  let sender: RTCRtpSender | undefined;
  let started = false;
  const send = () => {
    if (started && sender && !sender.track && !scope.closed) void sender.replaceTrack(openSilence(scope));
  };
  connection.setRemoteDescription = async ({ type, sdp = "" }: RTCSessionDescriptionInit) => {
    await setRemoteDescription({ type, sdp: takeSound(sdp) });
    const sound = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === "audio");
    if (!sound) return;
    // Before the answer to this description is made.
    sound.direction = "sendrecv";
    sender = sound.sender;
    send();
  };
  return {
    start() {
      started = true;
      send();
    },
  };
}

/**
 * mediasoup-client's receiving transports offer one direction only, and keep their connection to
 * themselves. Undefined where its handler is another than the one this was written for.
 */
function connectionOf(transport: Transport): RTCPeerConnection | undefined {
  const { handler } = transport as unknown as { handler: { name: string; _pc?: RTCPeerConnection } };
  return handler.name === "Chrome111" ? handler._pc : undefined;
}

/** Without a sink a context opens no sound device; Chrome has that since 110. */
const makesSilence = () => typeof AudioContext !== "undefined" && "setSinkId" in AudioContext.prototype;

/** The offer's sound goes both ways, and without transmission while it is silent. */
export function takeSound(sdp: string): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) =>
      section.startsWith("m=audio")
        ? section.replace(/^a=sendonly/m, "a=sendrecv").replace(/^(a=fmtp:\d+ .*useinbandfec=\d)/m, "$1;usedtx=1")
        : section,
    )
    .join("");
}

type SilentOptions = AudioContextOptions & { sinkId: { type: "none" } };

function openSilence(scope: Scope): MediaStreamTrack {
  const options: SilentOptions = { sinkId: { type: "none" }, latencyHint: "playback" };
  const context = scope.own(new AudioContext(options), (context) => context.close());
  const source = new ConstantSourceNode(context, { offset: 0 });
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  source.connect(destination);
  source.start();
  // A page that was never touched may make no sound, not even this one.
  const resume = () => void context.resume();
  for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, resume, { once: true, capture: true, signal: scope.signal });
  }
  const [track] = destination.stream.getAudioTracks();
  if (!track) throw new Error("a stream for sound came without a track");
  return track;
}
