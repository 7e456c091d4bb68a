// What `en-device.ts` says, in Chinese.

export const news = {
  reloaded: "页面重新加载了：你回到了同一个会话。",
  stopped: "页面意外停止了：你回到了同一个会话。",
  "put-away": "手机为了节省内存收起了页面：你回到了同一个会话。",
  "came-back": "你的会话一直为你保留着：你已经回来了。",
  "taken-over": "你在这里继续使用另一台设备上的会话。",
  moved: "你的主机掉线了：你已在另一台上继续。",
  network: "你的网络变了：还是同一个会话，走新的网络。",
  away: (span: string) => `你离开了${span}：会话一直等着你。`,
  connection: (span: string) => `你的连接中断了${span}：你回到了同一个会话。`,
};

export const paused = {
  title: "已暂停",
  why: {
    dropped: "你的连接曾经断开。",
    hidden: "页面被隐藏了一段时间。",
    untouched: "很久没有任何操作。",
  },
  goOn: "点击继续",
};

export const senses = {
  title: "允许本游戏使用此设备的",
  names: { motion: "动作感应", location: "位置", microphone: "麦克风", camera: "摄像头" },
  hints: {
    motion: "设备的姿态与移动。",
    location: "你所在的位置，精确到约一公里。",
    microphone: "你说的话，直到你关闭为止。",
    camera: "摄像头看到的画面，直到你关闭为止。",
  },
  exact: "精确位置",
  exactHint: "精确到米，与本设备所知相同。",
  back: "后置摄像头",
  backHint: "代替朝向你的前置摄像头。",
  refused: (reason: string) => `无法使用：${reason}`,
  inUse: "本游戏正在使用",
  takeBack: (name: string) => `${name}已开启，点击关闭`,
};

export const agent = {
  title: "让程序代劳",
  hint: "它能看到此屏幕，并替你点击和输入，为时 30 分钟，或直到你让它离开。",
  refused: (reason: string) => `无法使用：${reason}`,
  give: "允许程序使用",
  token: "程序需要出示的口令",
  takeBack: "让程序离开",
  may: "程序可使用此会话",
  busy: "程序正在使用",
};
