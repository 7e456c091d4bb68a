// Where a title is to run that nobody keeps started: its display, its sound and its files,
// each opened beside the others, and then what puts the player's hands into it.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import type { InputSinkEvents, OpenInputSink } from "../input/ports.ts";
import { blame } from "./part-error.ts";
import type { FindTitle, LaunchTitle, OpenDisplay, OpenSound, RunningTitle, WarmTitle } from "./ports.ts";

/** All that a title needs, and the way to have it run there. */
export type Stage = Pick<WarmTitle, "folder" | "display" | "sound" | "sink"> & { warm: boolean; run(): Promise<RunningTitle> };

export type ColdStagePorts = {
  openDisplay: OpenDisplay;
  openSound: OpenSound;
  openInputSink: OpenInputSink;
  findTitle: FindTitle;
  launchTitle: LaunchTitle;
};

export type ColdStageNeeds = Required<InputSinkEvents> & {
  title: Title;
  source: TitleSource | undefined;
  /** The session's private one. */
  folder: string;
  onStep(step: "display-started" | "sound-started"): void;
};

export async function openColdStage(ports: ColdStagePorts, needs: ColdStageNeeds, scope: Scope): Promise<Stage> {
  const { title, source, folder, onStep, onRumble, onClipboard } = needs;
  const displayOpening = ports.openDisplay(title.manifest.size, scope).then((display) => {
    onStep("display-started");
    return display;
  });
  const soundOpening = ports.openSound(scope).then((sound) => {
    onStep("sound-started");
    return sound;
  });
  const [display, sound, found] = await Promise.all([
    displayOpening.catch(blame("display")),
    soundOpening.catch(blame("sound")),
    ports.findTitle(title, source, scope).catch(blame("title")),
  ]);
  const sink = await ports.openInputSink(display, { onRumble, onClipboard }, scope).catch(blame("display"));
  const run = () => ports.launchTitle({ title: found, sessionFolder: folder, display, sound }, scope);
  return { folder, display, sound, sink, warm: false, run };
}
