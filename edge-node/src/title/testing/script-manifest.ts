// The manifest of a title that is a script, `run.sh` in its folder: for tests of what holds a title.

import type { TitleManifest } from "@nearframe/shared/title/manifest";

export const SCRIPT_SIZE = { width: 320, height: 240 };

export const scriptManifest = (change: Partial<TitleManifest> = {}): TitleManifest => ({
  id: "script", name: "Script", summary: "A title for a test.", publisher: "Nobody", credits: "None", category: "tool",
  art: { cover: "cover", hero: "hero", accent: "#ffffff" }, runtime: "native", command: ["run.sh"], size: SCRIPT_SIZE, fps: 60,
  input: { keyboard: true, pointer: "absolute", touch: false }, savePaths: [],
  resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: false },
  ...change,
});
