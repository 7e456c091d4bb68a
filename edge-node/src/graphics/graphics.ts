// Who draws on which card. Titles share cards, as many on each as it holds; each new one goes to the card that has the fewest.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Card } from "./find-cards.ts";

/** What a title gets of a card. */
export type TitleCard = Pick<Card, "devices" | "facts" | "groups"> & { environment: Readonly<Record<string, string>> };

/** What a usual title at 720p keeps on a card, and what of it is the machine's own. Estimates: they were not measured on a card. */
const TITLE_MB = 1024;
const KEPT_MB = 512;

/**
 * How many titles draw on a card at once: as the operator says, else as many as its memory holds. One without memory of
 * its own takes the machine's, by which slots are counted already.
 */
export function titlesMax({ memoryMb }: Pick<Card, "memoryMb">, operatorsMax: number | undefined): number {
  return operatorsMax ?? (memoryMb === undefined ? Infinity : Math.max(1, Math.floor((memoryMb - KEPT_MB) / TITLE_MB)));
}

export interface Graphics {
  /** How many more titles the cards hold. */
  places(): number;
  /** The card is free again when the scope closes. `full`: each has as many titles as it holds. */
  take(scope: Scope): TitleCard | "no-card" | "full";
}

export type GraphicsOptions = {
  /** Of titles on each card at once, by the operator's word. */
  titlesMax?: number | undefined;
  /** A title came to a card, or left one. */
  onChange?(): void;
};

export function createGraphics(cards: readonly Card[], { titlesMax: operatorsMax, onChange = () => undefined }: GraphicsOptions = {}): Graphics {
  const titles = new Map(cards.map((card) => [card, 0]));
  const placesOn = (card: Card) => titlesMax(card, operatorsMax) - (titles.get(card) ?? 0);
  return {
    places: () => cards.reduce((sum, card) => sum + placesOn(card), 0),
    take(scope) {
      if (cards.length === 0) return "no-card";
      const [card] = cards.filter((card) => placesOn(card) > 0).toSorted((a, b) => (titles.get(a) ?? 0) - (titles.get(b) ?? 0));
      if (!card) return "full";
      const change = (by: number) => {
        titles.set(card, (titles.get(card) ?? 0) + by);
        onChange();
      };
      change(1);
      scope.own(card, () => change(-1));
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
    __EGL_VENDOR_LIBRARY_FILENAMES: "/usr/share/glvnd/egl_vendor.d/50_mesa.json",
    MESA_LOADER_DRIVER_OVERRIDE: "zink",
    GALLIUM_DRIVER: "zink",
  };
}
