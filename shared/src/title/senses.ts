// What of a player's device a title may be given, each by the player's own word: a publisher asks
// for it in the manifest, and the runtime must be able to pass it on.

export const SENSES = ["motion", "location", "microphone", "camera"] as const;
export type Sense = (typeof SENSES)[number];
