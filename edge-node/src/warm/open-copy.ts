// One warm title: all that a session would open for it, up to its first picture, and then frozen.

import { rm } from "node:fs/promises";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { START_TIMEOUT_S_DEFAULT, type Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import type { InputSinkEvents, OpenInputSink } from "../input/ports.ts";
import type { Display, FindTitle, LaunchProgram, OpenDisplay, OpenSound, RunningProgram, WarmTitle } from "../session/ports.ts";

export type CopyPorts = {
  openDisplay: OpenDisplay;
  openSound: OpenSound;
  openInputSink: OpenInputSink;
  launchTitle: LaunchProgram;
  findTitle: FindTitle;
  /** As a session's; the copy, or the session that takes it, removes it. */
  createFolder(): Promise<string>;
  /** Resolves when the title has drawn. */
  firstPicture(display: Display, scope: Scope): Promise<void>;
};

/** Resolves when it is frozen. Rejects where it ended, or drew nothing in its time. Owned by `stage`. */
export async function openCopy(ports: CopyPorts, title: Title, source: TitleSource | undefined, stage: Scope): Promise<WarmTitle> {
  const { manifest } = title;
  const folder = stage.own(await ports.createFolder(), (folder) => rm(folder, { recursive: true, force: true }));
  const [display, sound, found] = await Promise.all([
    ports.openDisplay(manifest.size, stage),
    ports.openSound(stage),
    ports.findTitle(title, source, stage),
  ]);
  let listener: InputSinkEvents = { onRumble() {} };
  // Before the title: many look for pads only when they start.
  const sink = await ports.openInputSink(
    display,
    { onRumble: (...shake) => listener.onRumble(...shake), onClipboard: (text) => listener.onClipboard?.(text) },
    stage,
  );
  const program = stage.child();
  const running = await ports.launchTitle({ title: found, sessionFolder: folder, display, sound }, program);
  const startTimeoutMs = (manifest.startTimeoutS ?? START_TIMEOUT_S_DEFAULT) * 1000;
  await Promise.race([
    withTimeout(ports.firstPicture(display, stage), startTimeoutMs, "it drew nothing"),
    ended(running),
    sound.closed.then((why) => Promise.reject(new Error(why))),
  ]);
  await running.pause();
  return { folder, display, sound, sink, running, stage, program, listen: (next) => void (listener = next) };
}

async function ended({ exited, lastOutput }: RunningProgram): Promise<never> {
  const { code, signal, exceeded } = await exited;
  throw new Error(`it ended (${exceeded ?? signal ?? `exit code ${code}`}): ${lastOutput()}`);
}
