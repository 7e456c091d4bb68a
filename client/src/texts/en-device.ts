// What the client says of being away and back, of what of this device a title may have, and of programs, in English.

export const news = {
  reloaded: "The page was loaded again: you are back in the same session.",
  stopped: "The page had stopped without a word: you are back in the same session.",
  "put-away": "Your phone had put the page away to save memory: you are back in the same session.",
  "came-back": "Your session was kept for you: you are back in it.",
  "taken-over": "You go on here with what ran on your other device.",
  moved: "Your machine dropped out: you go on, on another one.",
  network: "Your network changed: you are in the same session, over the new one.",
  away: (span: string) => `You were away for ${span}: the session waited for you.`,
  connection: (span: string) => `Your connection was gone for ${span}: you are back in the same session.`,
};

export const paused = {
  title: "Paused",
  why: {
    dropped: "Your connection was away.",
    hidden: "The page was hidden for a while.",
    untouched: "Nothing was pressed for a long time.",
  },
  goOn: "Tap to go on",
};

export const senses = {
  title: "What the title may have of this device",
  names: { motion: "Motion", location: "Location", microphone: "Microphone", camera: "Camera" },
  hints: {
    motion: "How this device is held and moved.",
    location: "Where you are, to about a kilometre.",
    microphone: "What you say, until you switch it off.",
    camera: "What your camera sees, until you switch it off.",
  },
  exact: "Exact location",
  exactHint: "To the metre, as this device knows it.",
  back: "Camera at the back",
  backHint: "In place of the one that faces you.",
  refused: (reason: string) => `Not possible: ${reason}`,
  inUse: "In use by the title",
  takeBack: (name: string) => `${name} is on. Press to switch it off`,
};

export const agent = {
  title: "A program for you",
  hint: "It sees this screen and can tap and type for you, for 30 minutes, or until you send it away.",
  refused: (reason: string) => `Not possible: ${reason}`,
  give: "Let a program use this",
  token: "What the program has to show",
  takeBack: "Send the program away",
  may: "A program may use this",
  busy: "A program is using this",
};
