// The Android devices of this node: each is one session's at a time, and is clean before
// it is the next one's. Pure.
//
//   unknown --looked-at--> free --leased--> leased --given-back--> cleaning --cleaned--> free
//                            ^                                        |
//                            '----- looked-at ----- away <--failed ---'

export type DeviceState =
  | { name: string; state: "unknown" }
  | { name: string; state: "free" }
  | { name: string; state: "leased" }
  | { name: string; state: "cleaning" }
  /** Not there, or not clean; it is tried again. */
  | { name: string; state: "away"; why: string };

export type Pool = readonly DeviceState[];

export type PoolEvent =
  | { type: "looked-at"; name: string }
  | { type: "leased"; name: string }
  | { type: "given-back"; name: string }
  | { type: "failed"; name: string; why: string };

export const makePool = (names: readonly string[]): Pool => names.map((name) => ({ name, state: "unknown" }));

export function changePool(pool: Pool, event: PoolEvent): Pool {
  return pool.map((device) => (device.name === event.name ? change(device, event) : device));
}

function change(device: DeviceState, event: PoolEvent): DeviceState {
  const { name } = device;
  switch (event.type) {
    case "looked-at":
      return device.state === "leased" ? device : { name, state: "free" };
    case "leased":
      return device.state === "free" ? { name, state: "leased" } : device;
    case "given-back":
      return device.state === "leased" ? { name, state: "cleaning" } : device;
    case "failed":
      return device.state === "leased" ? device : { name, state: "away", why: event.why };
  }
}

/** Those that nobody uses and that are to be looked at. A clean one may have gone away meanwhile. */
export function toLookAt(pool: Pool): string[] {
  return pool.filter(({ state }) => state === "unknown" || state === "away" || state === "free").map(({ name }) => name);
}

/** The one to lease: any is as good as another. */
export function chooseDevice(pool: Pool): string | undefined {
  return pool.find(({ state }) => state === "free")?.name;
}

/** Why no device can be leased, for a person. */
export function whyNone(pool: Pool): string {
  if (pool.length === 0) return "this node has no Android device; name some in NEARFRAME_ANDROID";
  return pool
    .map((device) => (device.state === "away" ? device.why : `Android device ${device.name} is ${device.state === "leased" ? "in use" : `not ready yet (${device.state})`}`))
    .join("; ");
}
