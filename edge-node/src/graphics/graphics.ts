// Who draws on which card. Sessions share cards; each new one goes to the card that has the fewest.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Card } from "./find-cards.ts";

/** What a title gets of a card. */
export type TitleCard = Pick<Card, "devices" | "facts" | "groups"> & { environment: Readonly<Record<string, string>> };

export interface Graphics {
  /** Undefined where the node has no card that titles can use. The card is free again when the scope closes. */
  take(scope: Scope): TitleCard | undefined;
}

export function createGraphics(cards: readonly Card[]): Graphics {
  const sessions = new Map(cards.map((card) => [card, 0]));
  return {
    take(scope) {
      const [card] = cards.toSorted((a, b) => (sessions.get(a) ?? 0) - (sessions.get(b) ?? 0));
      if (!card) return undefined;
      const change = (by: number) => sessions.set(card, (sessions.get(card) ?? 0) + by);
      change(1);
      scope.own(card, () => void change(-1));
      const { devices, facts, groups } = card;
      return { devices, facts, groups, environment: cardEnvironment(card) };
    },
  };
}

/**
 * Vulkan by the card's driver and no other, and OpenGL by zink on top of it: the display is no screen of any card, and
 * with a driver of its own OpenGL would look for one there.
 */
function cardEnvironment({ vulkanDrivers, pciId }: Card): Record<string, string> {
  const drivers = vulkanDrivers.join(":");
  return {
    // The older name for loaders before 1.3.207.
    VK_DRIVER_FILES: drivers,
    VK_ICD_FILENAMES: drivers,
    ...(pciId === undefined ? {} : { MESA_VK_DEVICE_SELECT: `${pciId}!` }),
    // Mesa's drivers would hand pictures to the display's own card; this one has none, and is given them in memory.
    MESA_VK_WSI_DEBUG: "sw",
    __GLX_VENDOR_LIBRARY_NAME: "mesa",
    MESA_LOADER_DRIVER_OVERRIDE: "zink",
    GALLIUM_DRIVER: "zink",
  };
}
