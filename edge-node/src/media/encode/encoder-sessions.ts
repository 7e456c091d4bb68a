// How many sessions each driver codes now, so that none is asked for more than it opens at once: a session
// beyond that is coded by the next encoder, and its log says so. What other programs take of a driver is
// not known here; then it refuses, and the pipeline goes on with the next encoder all the same.

import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { CreatePipeline } from "../ports.ts";
import type { TriedEncoder } from "./choose-codec.ts";
import { KNOWN_ENCODERS, type VideoEncoderName } from "./known-encoders.ts";

/** Sessions by driver ("nvenc"), whose encoders of all codecs share what it opens. */
export type SessionsByDriver = ReadonlyMap<string, number>;

export const driverOf = (name: VideoEncoderName): string => name.slice(0, name.indexOf("-"));

function isFull(encoder: TriedEncoder, sessions: SessionsByDriver): boolean {
  return encoder.opened && encoder.hardware && encoder.sessionsMax !== undefined && (sessions.get(driverOf(encoder.name)) ?? 0) >= encoder.sessionsMax;
}

/** Those that take one more session. Of a codec that has none such all are given: better to be refused by a driver than by a count. */
export function withRoom(tried: readonly TriedEncoder[], sessions: SessionsByDriver): TriedEncoder[] {
  const hasRoom = (encoder: TriedEncoder) => encoder.opened && !isFull(encoder, sessions);
  const codecs = new Set<VideoCodec>(tried.filter(hasRoom).map(({ codec }) => codec));
  return tried.filter((encoder) => hasRoom(encoder) || !codecs.has(encoder.codec));
}

export interface EncoderSessions {
  /** What one more session may choose from. */
  withRoom(): readonly TriedEncoder[];
  /** Counts the pipelines that `create` makes, each with the encoder that it uses now. */
  counted(create: CreatePipeline): CreatePipeline;
}

/** `tried`: what is known of this node's encoders by now. */
export function createEncoderSessions(tried: () => readonly TriedEncoder[]): EncoderSessions {
  const sessions = new Map<string, number>();
  const change = (name: VideoEncoderName, by: number) => {
    if (KNOWN_ENCODERS[name].hardware) sessions.set(driverOf(name), (sessions.get(driverOf(name)) ?? 0) + by);
  };

  /** The chosen ones, but for those that have filled up since. */
  function stillWithRoom(chosen: readonly [VideoEncoderName, ...VideoEncoderName[]]): typeof chosen {
    const names = new Set(withRoom(tried(), sessions).map(({ name }) => name));
    const [first, ...rest] = chosen.filter((name) => names.has(name));
    return first === undefined ? chosen : [first, ...rest];
  }

  return {
    withRoom: () => withRoom(tried(), sessions),
    counted: (create) => async (options, events, scope) => {
      if (!options.encoders) return create(options, events, scope);
      const encoders = stillWithRoom(options.encoders);
      let inUse: VideoEncoderName | undefined = encoders[0];
      const full = tried().find((encoder) => encoder.codec === KNOWN_ENCODERS[encoders[0]].codec && isFull(encoder, sessions));
      if (full?.opened && full.name !== inUse) {
        events.onNotice?.(`${full.name} codes ${full.sessionsMax} sessions, as many as its driver opens at once: ${inUse} codes this one.`);
      }
      change(inUse, 1);
      const use = (name: VideoEncoderName | undefined) => {
        if (inUse) change(inUse, -1);
        inUse = name;
        if (inUse) change(inUse, 1);
      };
      const onEncoder = (name: VideoEncoderName) => {
        // One that has ended uses none.
        if (inUse) use(name);
        events.onEncoder?.(name);
      };
      try {
        const pipeline = await create({ ...options, encoders }, { ...events, onEncoder }, scope);
        void pipeline.closed.then(() => use(undefined));
        return pipeline;
      } catch (error) {
        use(undefined);
        throw error;
      }
    },
  };
}
