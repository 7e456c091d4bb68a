// What holds a session's picture back, as a closed list and in the player's words.

/** The nearest limit of bitrate, frame rate or size at a moment. */
export const STREAM_LIMITS = [
  "none",
  "starting",
  "link-delay",
  "link-loss",
  "link-silent",
  "link-unproven",
  "node-encoder",
  "player-decoder",
] as const;
export type StreamLimit = (typeof STREAM_LIMITS)[number];

/** Who can do something about it. */
export type LimitSide = "nobody" | "network" | "node" | "device";

export const STREAM_LIMIT_WORDS: Readonly<Record<StreamLimit, { side: LimitSide; words: string }>> = {
  none: { side: "nobody", words: "The picture is as good as this title gets." },
  starting: { side: "nobody", words: "Finding out what your connection can carry." },
  "link-delay": { side: "network", words: "Your connection carries no more than this without delay." },
  "link-loss": { side: "network", words: "Your connection loses packets when more is sent." },
  "link-silent": { side: "network", words: "Nothing reaches you at the moment: waiting for your connection." },
  "link-unproven": { side: "nobody", words: "The title sends too little to try for more." },
  "node-encoder": { side: "node", words: "The machine that runs the title can't encode more than this." },
  "player-decoder": { side: "device", words: "Your device can't decode more than this." },
};
