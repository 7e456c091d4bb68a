// How a session ended and what to do next, in Chinese.

import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { LocalFailure } from "../stream/session-state.ts";
import type { FailureText } from "./en-endings.ts";

export const ended: Record<EndReason, FailureText> = {
  "player-left": { title: "下次再见", happened: "你已离开，这次会话占用的一切都已归还。", next: "可以再玩一次，或选择别的。" },
  "player-lost": {
    title: "你离开得太久了",
    happened: "你的连接断开了，会话保留了两分钟，然后关闭。",
    next: "等网络稳定后重新开始。",
  },
  "player-idle": {
    title: "还在吗？",
    happened: "很久没有任何按键或触摸，所以位置让给了别人。",
    next: "随时可以重新开始。",
  },
  "taken-over": {
    title: "正在别处游玩",
    happened: "你正在另一个窗口或另一台设备上玩。",
    next: "改在这里玩，就从原处继续，另一边会停下。",
  },
  "media-unreachable": {
    title: "画面传不过来",
    happened: "我们连上了主机，但你的网络不让视频通过，UDP 和 TCP 都不行。",
    next: "换一个网络，或关闭 VPN 或严格的防火墙，然后重试。",
  },
  "title-exited": { title: "到此结束", happened: "程序自己结束了，例如你在菜单里选择了“退出”。", next: "可以再玩一次，或选择别的。" },
  "title-crashed": {
    title: "程序崩溃了",
    happened: "它因自身的错误停止了。你的连接没有问题。",
    next: "请重试。如果总在同一处崩溃，发行商会想知道。",
  },
  "title-never-drew": {
    title: "没有画面",
    happened: "程序启动了，但在规定时间内没有显示画面，因此被停止。",
    next: "再试一次。如果仍是黑屏，问题出在程序本身。",
  },
  "title-command-missing": {
    title: "这里没有安装",
    happened: "为你选中的主机上没有这个程序。",
    next: "请选择别的。需要由主机的管理者来安装。",
  },
  "title-unknown": { title: "没有这个内容", happened: "它已不在目录中，或者地址有误。", next: "请从列表中选择一个。" },
  "node-failed": {
    title: "主机出了故障",
    happened: "运行你会话的主机上，显示、声音或视频编码器坏了。",
    next: "请重试，可能会换到另一台。",
  },
  "node-lost": {
    title: "与主机失去联系",
    happened: "运行你会话的主机没有了声息：断电、断网或重启。",
    next: "请重试，将为你安排另一台。",
  },
  "node-drained": {
    title: "主机即将停用",
    happened: "它的主人正在将它下线，因此上面的会话都结束了。",
    next: "请重试，将为你安排另一台。",
  },
  "start-timeout": {
    title: "启动时间太长",
    happened: "主机没有及时准备好会话。",
    next: "请重试：第二次启动往往更快。",
  },
  "no-node": {
    title: "所有主机都在忙",
    happened: "你附近没有空闲的主机可以运行它。",
    next: "一分钟后重试，或选择别的。",
  },
  "server-stopped": { title: "我们正在重启", happened: "准备会话时，服务停止了。", next: "稍等片刻就会恢复，请重试。" },
};

export const local: Record<LocalFailure, FailureText> = {
  "no-webrtc": {
    title: "此浏览器无法串流",
    happened: "它没有 WebRTC，或 WebRTC 被关闭，视频无法及时到达。",
    next: "请使用新版 Chrome、Edge、Safari 或 Firefox。如是公司浏览器，请申请允许 WebRTC。",
  },
  "no-video-codec": {
    title: "此浏览器无法解码视频",
    happened: "视频流是 H.264、VP8 或 AV1，而此浏览器一种也不支持。",
    next: "请使用 Chrome、Edge 或 Safari，或安装系统的 H.264 解码器后刷新。",
  },
  "server-unreachable": { title: "连不上服务器", happened: "它没有回应。要么你离线了，要么它停机了。", next: "检查网络，然后重试。" },
  "no-answer": { title: "服务器没有回答", happened: "它收到了你的请求，但没有及时回答。", next: "请稍后重试。" },
  "node-silent": {
    title: "主机没有回应",
    happened: "已为你找到主机，但连接时它没有回应。",
    next: "请重试，可能会换到另一台。",
  },
  "no-picture": {
    title: "已连接，但没有画面",
    happened: "主机已连上，程序在运行，但此设备没有显示任何画面。",
    next: "关闭其他视频后重试，或换一个浏览器：它的视频解码器可能正忙或已损坏。",
  },
  "connection-lost": {
    title: "连接已断开",
    happened: "从这里既连不上主机，也连不上服务器。",
    next: "检查网络。两分钟内回来，就能从原处继续。",
  },
  "session-gone": { title: "会话已结束", happened: "连接恢复了，但会话在此期间已关闭。", next: "请重新开始。" },
  replaced: { title: "正在另一个窗口游玩", happened: "此浏览器的另一个窗口接管了。", next: "去那里继续，或在这里重试。" },
  outdated: { title: "页面已过期", happened: "页面打开期间，服务更新了。", next: "刷新页面以获取新版本。" },
  "player-broken": {
    title: "页面出错了",
    happened: "Nearframe 没能让此浏览器做好准备。",
    next: "刷新页面。如果再次发生，请换一个浏览器。",
  },
};

export const refused: Readonly<Record<string, FailureText>> = {
  TITLE_UNKNOWN: ended["title-unknown"],
  QUEUE_FULL: { title: "排队已满", happened: "等待主机的人太多，无法再承诺更多位置。", next: "请过几分钟再试。" },
  SERVER_BUSY: { title: "现在太忙了", happened: "服务暂时无法接受新的会话。", next: "请一分钟后再试。" },
  SESSIONS_TOO_MANY: { title: "会话太多", happened: "你已经打开了好几个会话。", next: "离开其中一个，然后重试。" },
  STARTS_TOO_FAST: { title: "请稍等", happened: "几秒钟内启动得太频繁了。", next: "稍等一下再试。" },
};
