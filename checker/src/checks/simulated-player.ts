import { playTitle } from "../play/play-title.ts";
import type { Perform } from "./ports.ts";

/** A play like any player's; which node it is of, the server has seen to. */
export const performPlay: Perform<"simulated-player"> = ({ titleId, watchMs, codec }, { play, onNote }, scope) => {
  const { openPath, openSenses, ...door } = play;
  return playTitle({ ...door, titleId, watchMs, codec, onNote }, { openPath, openSenses }, scope);
};
