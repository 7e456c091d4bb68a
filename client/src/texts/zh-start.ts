// What the client says while a title starts, in Chinese.

import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { Slow } from "../stream/session-state.ts";

export const steps: Record<StartStep, { now: string; name: string }> = {
  placed: { now: "正在寻找离你最近的主机", name: "主机" },
  "transports-opened": { now: "正在打开通往它的路", name: "通路" },
  "display-started": { now: "正在打开你的屏幕", name: "屏幕" },
  "sound-started": { now: "正在打开声音", name: "声音" },
  "title-started": { now: "正在启动程序", name: "程序" },
  "first-picture": { now: "正在等待第一个画面", name: "画面" },
  connected: { now: "正在为你连接", name: "你" },
  "first-frame": { now: "正在把画面送到你面前", name: "开始" },
};

/** In place of a word on how long it will be, which nobody knows. */
export const slow: Record<Slow, string> = {
  title: "程序显示第一个画面所需的时间比平时长。可以再等等，或离开后选择别的。",
  machine: "这台主机准备的时间比平时长。可以再等等，或离开后重试。",
};
