// Which pictures there are: each screen upright and sideways on a phone, the home screen
// on a large one, and what settings change.

export type Shot = {
  /** Of the file. */
  name: string;
  /** Of the fixture. */
  screen: string;
  on: "portrait" | "landscape" | "desktop";
  settings: Readonly<Record<string, string>>;
  /** Scrolled to before the picture is taken. */
  seen?: string;
  /** With the clip of the title's play, some seconds in. */
  clip?: boolean;
};

/** Fixture screens that are shown in both orientations, in the order of the gallery. */
export const SCREENS = [
  "lock", "lock-waiting", "home", "home-new", "home-parted", "home-empty", "home-unreachable", "title", "folder", "saves", "rating", "search", "search-found",
  "recents", "recents-none", "settings", "handoff", "continue", "loading", "loading-slow", "queued", "queued-passed", "preview", "playing", "playing-phone", "playing-back", "playing-controls",
  "controls-editor", "pad-buttons", "typing", "menu", "menu-senses", "playing-senses", "problem", "problem-sent", "figures", "over title-exited", "over node-lost", "not-found",
  "nodes", "node mine", "node quarantined",
  "friends", "friends-phone", "join", "pad", "visit-over",
] as const;

/** What some of them need to show what they are about. */
const MORE: Readonly<Record<string, Pick<Shot, "seen" | "clip">>> = {
  "menu-senses": { seen: "fieldset >> nth=-1" },
  preview: { clip: true },
};

const fileName = (screen: string) => screen.replaceAll(" ", "-");

export const SHOTS: readonly Shot[] = [
  ...SCREENS.flatMap((screen) =>
    (["portrait", "landscape"] as const).map((on) => ({ name: `${fileName(screen)}-${on}`, screen, on, settings: {}, ...MORE[screen] })),
  ),
  { name: "home-desktop", screen: "home", on: "desktop", settings: {} },
  { name: "nodes-desktop", screen: "nodes", on: "desktop", settings: {} },
  { name: "node-desktop", screen: "node mine", on: "desktop", settings: {} },
  { name: "lock-desktop", screen: "lock-waiting", on: "desktop", settings: {} },
  { name: "lock-zh-portrait", screen: "lock-waiting", on: "portrait", settings: { language: "zh" } },
  { name: "menu-zh-portrait", screen: "menu", on: "portrait", settings: { language: "zh" } },
  { name: "settings-largest-portrait", screen: "settings", on: "portrait", settings: { textSize: "largest" } },
  { name: "home-light-portrait", screen: "home", on: "portrait", settings: { theme: "light" } },
  { name: "home-light-desktop", screen: "home", on: "desktop", settings: { theme: "light" } },
  { name: "settings-light-portrait", screen: "settings", on: "portrait", settings: { theme: "light" } },
  { name: "home-zh-portrait", screen: "home", on: "portrait", settings: { language: "zh" } },
  { name: "settings-zh-portrait", screen: "settings", on: "portrait", settings: { language: "zh" } },
  { name: "loading-zh-portrait", screen: "loading", on: "portrait", settings: { language: "zh" } },
  { name: "home-largest-portrait", screen: "home", on: "portrait", settings: { textSize: "largest" } },
  { name: "home-largest-landscape", screen: "home", on: "landscape", settings: { textSize: "largest" } },
];
