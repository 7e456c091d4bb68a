// What of this device the title has: the player gives each by hand, sees what is given, and takes
// it back at once. A grant is this page's: a reload begins with none. Knows no browser; the
// sources of `sense-sources.ts` do.

import { writeMotion, type Motion } from "@nearframe/shared/input/motion";
import type { Scope } from "@nearframe/shared/lifetime";
import type { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { SENSES, type Sense } from "@nearframe/shared/title/senses";
import { createSource, type Behavior } from "../behavior.ts";
import type { Receiver, SentTrack } from "../stream/receiver.ts";
import type { NodeNews } from "./session-figures.ts";

/** Which of a device's cameras. */
export type Facing = "front" | "back";
export type Place = { latitude: number; longitude: number; accuracyM: number };

export interface SenseSource {
  /** What the device gives stops at once. */
  close(): void;
}

/** Each rejects with a sentence where the device or the player refuses. */
export interface SenseSources {
  motion(onMotion: (motion: Omit<Motion, "seq">) => void): Promise<SenseSource>;
  location(onPlace: (place: Place) => void, onLost: (why: string) => void): Promise<SenseSource>;
  microphone(onLost: (why: string) => void): Promise<TrackSource>;
  camera(facing: Facing, onLost: (why: string) => void): Promise<TrackSource & { several: boolean }>;
}
export type TrackSource = SenseSource & { track: MediaStreamTrack };

export type SenseView = { sense: Sense; state: "off" | "asking" | "on" | "refused"; reason: string | undefined };
export type SensesView = {
  senses: readonly SenseView[];
  exactPlace: boolean;
  camera: {
    facing: Facing;
    /** There is one to choose; known once the camera was given. */
    several: boolean;
  };
};

export interface Senses {
  readonly view: Behavior<SensesView>;
  /** What the title makes use of. */
  follow(sensors: readonly Sense[] | undefined): void;
  /** None: the session is over, or played elsewhere. Then the device gives nothing any more. */
  connect(receiver: Receiver | undefined): void;
  handle(news: Extract<NodeNews, { type: "sense" }>): void;
  grant(sense: Sense): void;
  revoke(sense: Sense): void;
  setExactPlace(exact: boolean): void;
  setFacing(facing: Facing): void;
}

/** A hundredth of a degree is about a kilometre: the part of a town, not the house. */
const COARSE_DEGREES = 0.01;
const COARSE_ACCURACY_M = 1_500;

/** Rounded on this device: what is exact never leaves it. */
export function coarsePlace({ latitude, longitude, accuracyM }: Place): Place {
  const round = (degrees: number) => Number((Math.round(degrees / COARSE_DEGREES) * COARSE_DEGREES).toFixed(2));
  return { latitude: round(latitude), longitude: round(longitude), accuracyM: Math.max(accuracyM, COARSE_ACCURACY_M) };
}

type Given = {
  source: SenseSource & { track?: MediaStreamTrack };
  /** The path over which its track goes. */
  over?: Receiver | undefined;
  sent?: SentTrack | undefined;
};

export function createSenses(scope: Scope, sources: SenseSources): Senses {
  const view = createSource<SensesView>({ senses: [], exactPlace: false, camera: { facing: "front", several: false } });
  const given = new Map<Sense, Given>();
  let receiver: Receiver | undefined;
  let motionSeq = 0;
  let lastPlace: Place | undefined;

  const say = (message: PlayerToNode) => receiver?.channels.control.send(JSON.stringify(message));
  const show = (sense: Sense, state: SenseView["state"], reason?: string) =>
    view.set({
      ...view.behavior.value,
      senses: view.behavior.value.senses.map((now) => (now.sense === sense ? { sense, state, reason } : now)),
    });
  const stateOf = (sense: Sense) => view.behavior.value.senses.find((now) => now.sense === sense)?.state;

  function tellPlace(): void {
    if (lastPlace) say({ type: "location", ...(view.behavior.value.exactPlace ? lastPlace : coarsePlace(lastPlace)) });
  }

  const lost = (sense: Sense) => (why: string) => stop(sense, "refused", why);

  async function openCamera(facing: Facing): Promise<TrackSource> {
    const source = await sources.camera(facing, lost("camera"));
    view.set({ ...view.behavior.value, camera: { ...view.behavior.value.camera, several: source.several } });
    return source;
  }

  function open(sense: Sense): Promise<Given["source"]> {
    switch (sense) {
      case "motion":
        return sources.motion((motion) => {
          if (stateOf("motion") !== "on") return;
          motionSeq = (motionSeq + 1) >>> 0;
          receiver?.channels.inputState.send(writeMotion({ seq: motionSeq, ...motion }));
        });
      case "location":
        return sources.location((place) => {
          lastPlace = place;
          if (stateOf("location") === "on") tellPlace();
        }, lost(sense));
      case "microphone":
        return sources.microphone(lost(sense));
      case "camera":
        return openCamera(view.behavior.value.camera.facing);
    }
  }

  async function grant(sense: Sense): Promise<void> {
    const state = stateOf(sense);
    if (state === undefined || state === "asking" || state === "on") return;
    show(sense, "asking");
    try {
      const source = await open(sense);
      // Taken back while the browser asked.
      if (scope.closed || stateOf(sense) !== "asking") return source.close();
      // The session ended meanwhile.
      if (!receiver) {
        source.close();
        return show(sense, "off");
      }
      given.set(sense, { source });
      say({ type: "sense.grant", sense });
    } catch (error) {
      if (stateOf(sense) === "asking") show(sense, "refused", error instanceof Error ? error.message : String(error));
    }
  }

  function stop(sense: Sense, state: "off" | "refused", reason?: string): void {
    const mine = given.get(sense);
    given.delete(sense);
    mine?.sent?.close();
    mine?.source.close();
    if (sense === "location") lastPlace = undefined;
    if (mine) say({ type: "sense.revoke", sense });
    show(sense, state, reason);
  }

  /** The node takes it from now on. */
  function begin(sense: Sense): void {
    const mine = given.get(sense);
    if (!mine) return;
    show(sense, "on");
    if (sense === "location") tellPlace();
    const { track } = mine.source;
    const over = receiver;
    // Said again after a loss, it goes on over the same path.
    if (!track || !over || mine.over === over) return;
    mine.over = over;
    const present = () => given.get(sense) === mine && receiver === over;
    const refused = (error: Error) => present() && stop(sense, "refused", error.message);
    (sense === "camera" ? over.sendCamera(track) : over.sendVoice(track)).then((sent) => {
      // Taken back, or over a path that is gone.
      if (!present()) return sent.close();
      mine.sent = sent;
      // Turned meanwhile.
      const now = mine.source.track;
      if (now && now !== track) sent.replace(now).catch(refused);
    }, refused);
  }

  async function turnCamera(facing: Facing): Promise<void> {
    view.set({ ...view.behavior.value, camera: { ...view.behavior.value.camera, facing } });
    const mine = given.get("camera");
    if (!mine) return;
    const present = () => given.get("camera") === mine && view.behavior.value.camera.facing === facing;
    // Most phones open one camera at a time.
    mine.source.close();
    try {
      const source = await openCamera(facing);
      // Taken back, or turned again.
      if (!present()) return source.close();
      mine.source = source;
      await mine.sent?.replace(source.track);
    } catch (error) {
      if (present()) stop("camera", "refused", error instanceof Error ? error.message : String(error));
    }
  }

  scope.own(undefined, () => {
    for (const { source, sent } of given.values()) {
      sent?.close();
      source.close();
    }
    given.clear();
  });

  return {
    view: view.behavior,
    follow(sensors) {
      if (view.behavior.value.senses.length > 0 || !sensors) return;
      const senses = SENSES.filter((sense) => sensors.includes(sense)).map((sense) => ({ sense, state: "off" as const, reason: undefined }));
      view.set({ ...view.behavior.value, senses });
    },
    connect(next) {
      if (!next) for (const sense of [...given.keys()]) stop(sense, "off");
      receiver = next;
      // The node forgets with the path; what the player gave this page is given again.
      for (const [sense, mine] of given) {
        mine.sent = undefined;
        mine.over = undefined;
        say({ type: "sense.grant", sense });
      }
    },
    handle({ sense, state, reason }) {
      if (state === "on") begin(sense);
      else if (state === "refused") stop(sense, "refused", reason);
    },
    grant: (sense) => void grant(sense),
    revoke: (sense) => stop(sense, "off"),
    setExactPlace(exactPlace) {
      view.set({ ...view.behavior.value, exactPlace });
      if (stateOf("location") === "on") tellPlace();
    },
    setFacing: (facing) => void turnCamera(facing),
  };
}
