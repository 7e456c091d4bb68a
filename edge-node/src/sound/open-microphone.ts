// The player's voice on its way into the session's sound card: RTP in, samples out to a socket.

import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { parsePacket } from "../media/rtp/packet.ts";
import { machineMs } from "../input/mark.ts";
import type { Sound } from "../session/ports.ts";
import type { Microphone } from "../session/title-link.ts";
import { openVoiceDecoder, type VoiceDecoder } from "./opus-decoder.ts";
import { EMPTY_QUEUE, queueVoice } from "./voice-queue.ts";

const OPEN_TIMEOUT_MS = 2_000;
const SAMPLES_PER_MS = 48;
const SAMPLE_BYTES = 2;

export function openMicrophone(sound: Pick<Sound, "voiceSocketPath">, scope: Scope): Microphone {
  let line: { scope: Scope; socket: Socket; decoder: VoiceDecoder } | undefined;
  let queue = EMPTY_QUEUE;
  let sequence: number | undefined;

  return {
    async open() {
      if (line) return;
      if (sound.voiceSocketPath === undefined) throw new Error("this title's sound card takes no microphone");
      const mine = scope.child();
      try {
        const socket = mine.own(connect(sound.voiceSocketPath), (socket) => void socket.destroy());
        // The card may go before the session does.
        socket.on("error", () => socket.destroy());
        await withTimeout(once(socket, "connect"), OPEN_TIMEOUT_MS, "the session's sound card takes no microphone");
        line = { scope: mine, socket, decoder: openVoiceDecoder(mine) };
        queue = EMPTY_QUEUE;
        sequence = undefined;
      } catch (error) {
        await mine.close("not opened");
        throw error;
      }
    },
    hear(bytes) {
      const packet = parsePacket(bytes);
      if (!line || !packet || packet.payload.length === 0) return;
      // One that was overtaken is over.
      if (sequence !== undefined && ((packet.sequence - sequence) << 16) >> 16 <= 0) return;
      sequence = packet.sequence;
      const samples = line.decoder.decode(packet.payload);
      if (!samples || line.socket.destroyed) return;
      const next = queueVoice(queue, samples.length / SAMPLE_BYTES / SAMPLES_PER_MS, machineMs());
      if (!next) return;
      queue = next;
      line.socket.write(samples);
    },
    async close() {
      const closing = line?.scope;
      line = undefined;
      await closing?.close("taken back");
    },
  };
}
