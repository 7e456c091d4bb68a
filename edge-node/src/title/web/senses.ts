// What the player gives of the device, for the pages of a web title: the permissions and sensors
// that a browser on the player's own device would have.

import type { Motion, Triple } from "@nearframe/shared/input/motion";
import type { Sense } from "@nearframe/shared/title/senses";
import type { ToTitle } from "../bridge/messages.ts";
import type { DevTools, Params } from "./devtools.ts";
import type { PagePart } from "./pages.ts";

/** Motion needs none: a page may read what there is, and there is none until the player gives it. */
const PERMISSION: Readonly<Partial<Record<Sense, string>>> = { location: "geolocation", microphone: "microphone", camera: "camera" };
const SENSORS = ["accelerometer", "gyroscope", "linear-acceleration", "gravity", "relative-orientation", "absolute-orientation"] as const;
type Sensor = (typeof SENSORS)[number];

export type SenseMessage = Exclude<ToTitle, { type: "tree.read" | "touches" | "camera" }>;

export interface WebSenses {
  /** Before the part's first script runs. */
  prepare(part: PagePart): Promise<void>;
  handle(message: SenseMessage): void;
}

export type WebSensesOptions = {
  /** What the manifest asks for; a page has nothing of the rest. */
  sensors: readonly Sense[];
  /** Whose permissions they are. */
  origin: string;
};

export function createWebSenses({ sensors, origin }: WebSensesOptions, devTools: DevTools, parts: () => Iterable<PagePart>): WebSenses {
  let place: Params = {};
  /** A second call before the browser has taken the first would only wait behind it. */
  let moving = false;

  const setPermission = async (sense: Sense, on: boolean) => {
    const name = PERMISSION[sense];
    if (name !== undefined) await devTools.call("Browser.setPermission", { permission: { name }, setting: on ? "granted" : "denied", origin });
  };
  // Asked for before any page can: nobody could answer the browser's own question.
  const denied = Promise.all((["location", "microphone", "camera"] as const).map((sense) => setPermission(sense, false)));

  /** Without `readings` a sensor is there and says nothing. */
  const enableSensors = async (part: PagePart) => {
    if (!sensors.includes("motion")) return;
    for (const type of SENSORS) {
      await part.call("Emulation.setSensorOverrideEnabled", { enabled: true, type, metadata: { available: true } });
    }
  };

  async function move(motion: Motion): Promise<void> {
    if (moving) return;
    moving = true;
    try {
      const readings = readingsOf(motion);
      for (const part of parts()) {
        await Promise.all(SENSORS.map((type) => part.call("Emulation.setSensorOverrideReadings", { type, reading: readings[type] })));
      }
    } finally {
      moving = false;
    }
  }

  async function run(message: SenseMessage): Promise<void> {
    switch (message.type) {
      case "sense":
        if (message.sense === "location" && !message.on) {
          place = {};
          for (const part of parts()) await part.call("Emulation.setGeolocationOverride", place);
        }
        return setPermission(message.sense, message.on);
      case "motion":
        return move(message);
      case "location": {
        const { latitude, longitude, accuracyM } = message;
        place = { latitude, longitude, accuracy: accuracyM };
        for (const part of parts()) await part.call("Emulation.setGeolocationOverride", place);
      }
    }
  }

  return {
    async prepare(part) {
      await Promise.all([denied, enableSensors(part), part.call("Emulation.setGeolocationOverride", place)]);
    },
    handle(message) {
      // A part that closes as it is told is no loss.
      run(message).catch((error: Error) => console.error(`The page was not told (${message.type}): ${error.message}`));
    },
  };
}

const RADIANS = Math.PI / 180;

/** In the units and axes of the Generic Sensor API. */
export function readingsOf({ orientation, acceleration, accelerationWithGravity, turnRate }: Motion): Record<Sensor, Params> {
  const xyz = ([x, y, z]: Triple) => ({ xyz: { x, y, z } });
  const [gx, gy, gz] = accelerationWithGravity.map((value, i) => value - (acceleration[i] ?? 0)) as unknown as Triple;
  // Turn rates are told as alpha, beta, gamma: about z, x and y.
  const [aboutZ, aboutX, aboutY] = turnRate;
  const quaternion = { quaternion: quaternionOf(orientation) };
  return {
    accelerometer: xyz(accelerationWithGravity),
    "linear-acceleration": xyz(acceleration),
    gravity: xyz([gx, gy, gz]),
    gyroscope: xyz([aboutX * RADIANS, aboutY * RADIANS, aboutZ * RADIANS]),
    "relative-orientation": quaternion,
    "absolute-orientation": quaternion,
  };
}

/** Device Orientation's angles (Z-X'-Y'') as a rotation; the formulas of its worked examples. */
export function quaternionOf([alpha, beta, gamma]: Triple): { x: number; y: number; z: number; w: number } {
  const [z, x, y] = [alpha, beta, gamma].map((angle) => (angle * RADIANS) / 2) as unknown as Triple;
  const [cx, cy, cz, sx, sy, sz] = [Math.cos(x), Math.cos(y), Math.cos(z), Math.sin(x), Math.sin(y), Math.sin(z)];
  return {
    x: sx * cy * cz - cx * sy * sz,
    y: cx * sy * cz + sx * cy * sz,
    z: cx * cy * sz + sx * sy * cz,
    w: cx * cy * cz - sx * sy * sz,
  };
}
