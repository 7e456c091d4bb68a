// Eyes and ears: packets of a path to pictures that are looked at and sound that is heard.

import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import { readNonce } from "@nearframe/shared/media/nonce-pattern";
import { readTestCard } from "@nearframe/shared/title/test-card-layout";
import { assemble, NOTHING_ASSEMBLED } from "../media/access-units.ts";
import { openPictureDecoder, openSoundDecoder, type PictureDecoder } from "../media/adapters/libav/decoders.ts";
import { differs, samplePicture, type PictureSample } from "../media/picture.ts";
import type { OpenSenses } from "./play-title.ts";

/** A keyframe that was asked for takes a round trip and an encode; asking more often makes more of them. */
const KEYFRAME_ASK_EVERY_MS = 500;

export const openSenses: OpenSenses = (title, events, scope: Scope) => {
  /** A session that comes to another node may come in another codec. */
  let eyes: { codec: VideoCodec; decoder: PictureDecoder } | undefined;
  const ears = openSoundDecoder(scope);
  let assembly = NOTHING_ASSEMBLED;
  let before: PictureSample | undefined;
  let askedAtMs = -Infinity;

  return {
    see(packet, atMs) {
      const { codec = "H264" } = packet;
      if (eyes?.codec !== codec) {
        eyes = { codec, decoder: openPictureDecoder(scope, codec) };
        assembly = NOTHING_ASSEMBLED;
      }
      const { decoder } = eyes;
      const [next, { units }] = assemble(assembly, packet, atMs, codec);
      assembly = next;
      if (assembly.broken && atMs - askedAtMs > KEYFRAME_ASK_EVERY_MS) {
        askedAtMs = atMs;
        events.onBroken();
      }
      for (const { timestamp, data, completeAtMs } of units) {
        const startedAtMs = performance.now();
        const picture = decoder.decode(data);
        if (!picture) continue;
        const shownAtMs = performance.now();
        const sample = samplePicture(picture);
        const isNew = before === undefined || differs(before, sample);
        // Held against the last that was new, so that many small steps are not lost in none.
        if (isNew) before = sample;
        const { width, height, data: luma, bytesPerRow } = picture;
        const { frame, flips, scene } = readTestCard({ data: luma, width, height, bytesPerPixel: 1, bytesPerRow }, title.size);
        events.onPicture({ timestamp, completeAtMs, atMs: shownAtMs, width, height, isNew, decodeMs: shownAtMs - startedAtMs, frame, flips, scene, luma: picture, nonce: readNonce(picture, title.size) });
      }
    },
    hear({ payload }) {
      const peak = payload.length > 0 ? ears.peak(payload) : undefined;
      if (peak !== undefined) events.onSound(peak);
    },
  };
};
