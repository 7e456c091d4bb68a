// Does what `pool.ts` decides: looks at the devices, leases them, and cleans them.

import { Scope } from "@nearframe/shared/lifetime";
import type { OpenDevice } from "./adapters/adb/open-device.ts";
import { nameOf, type DeviceAddress } from "./device-address.ts";
import { changePool, chooseDevice, makePool, toLookAt, whyNone, type Pool, type PoolEvent } from "./pool.ts";
import type { AndroidDevice } from "./ports.ts";
import { noteBefore, readBefore, resetDevice } from "./reset.ts";

export type DevicesPorts = {
  openDevice: OpenDevice;
  /** Some device came or went. */
  onChange(): void;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
};

export interface AndroidDevices {
  /** How many could be leased now. */
  free(): number;
  pool(): Pool;
  /** Resolves when every device has been looked at once. */
  readonly lookedAt: Promise<void>;
  /** A clean device, given back and cleaned when `scope` closes. Rejects where there is none. */
  lease(packageName: string, scope: Scope): Promise<AndroidDevice>;
}

const LOOK_INTERVAL_MS = 10_000;
/** Clearing a dozen apps takes a slow device some seconds. No player waits for it; the node's end does. */
const CLEAN_LIMIT_MS = 60_000;

export function createDevices(addresses: readonly DeviceAddress[], ports: DevicesPorts, scope: Scope): AndroidDevices {
  const { log } = ports;
  const byName = new Map(addresses.map((address) => [nameOf(address), address]));
  let pool = makePool([...byName.keys()]);
  const looking = new Set<string>();
  const cleaning = new Set<Promise<void>>();

  function handle(event: PoolEvent): void {
    const before = pool;
    pool = changePool(pool, event);
    const [was, is] = [before, pool].map((one) => one.find(({ name }) => name === event.name)?.state);
    if (was === is) return;
    if (event.type === "failed") log.warn({ device: event.name, why: event.why }, "an Android device can't be used");
    else log.info({ device: event.name, state: is }, "Android device");
    ports.onChange();
  }

  /** Connects, and undoes what a session left. */
  async function look(name: string): Promise<void> {
    if (looking.has(name)) return;
    looking.add(name);
    // Not this pool's: a device is cleaned to the end, also where the node ends meanwhile.
    const mine = new Scope();
    try {
      const device = await open(name, mine);
      const booted = (await device.run(["getprop", "sys.boot_completed"])).trim();
      if (booted !== "1") throw new Error(`Android device ${name} has not started up yet`);
      const before = await readBefore(device);
      // Leased meanwhile: what is noted there is that session's.
      const state = pool.find((one) => one.name === name)?.state;
      if (before && state !== "leased") await resetDevice(device, before);
      handle({ type: "looked-at", name });
    } catch (error) {
      handle({ type: "failed", name, why: (error as Error).message });
    } finally {
      looking.delete(name);
      await mine.close().catch(() => undefined);
    }
  }

  function open(name: string, owner: Scope): Promise<AndroidDevice> {
    const address = byName.get(name);
    if (!address) throw new Error(`no Android device ${name}`);
    return ports.openDevice(address, owner);
  }

  const lookedAt = Promise.all(toLookAt(pool).map(look)).then(() => undefined);
  const timer = setInterval(() => toLookAt(pool).forEach((name) => void look(name)), LOOK_INTERVAL_MS);
  scope.own(cleaning, async (cleaning) => void (await Promise.all(cleaning)), CLEAN_LIMIT_MS);
  scope.own(timer, clearInterval);

  return {
    free: () => pool.filter(({ state }) => state === "free").length,
    pool: () => pool,
    lookedAt,
    async lease(packageName, owner) {
      const name = chooseDevice(pool);
      if (name === undefined) throw new Error(whyNone(pool));
      handle({ type: "leased", name });
      // Owned first, so that it is given back whatever fails below; the connection is its own.
      owner.own(name, () => giveBack(name));
      const device = await open(name, owner);
      await noteBefore(device, packageName);
      return device;
    },
  };

  function giveBack(name: string): void {
    handle({ type: "given-back", name });
    const cleaned = look(name).finally(() => cleaning.delete(cleaned));
    cleaning.add(cleaned);
  }
}
