// Play that a host makes up on its own nodes, to earn by it or to look good. Pure.
//
// No single sign tells it: a family shares its node's network, a small node has one fan, behind
// a carrier's address everybody looks like one. So several have to come together, over a good part of what
// is played there; and what follows is only that this play counts for nothing.
//
//   nowhere else, and   no input or looped input, and   the node's own network or few players
//   nowhere else, and   the node's own network,   and   few players, for more hours a day than a home plays

import ipaddr from "ipaddr.js";
import { networkOf } from "../peers/network-of.ts";

/** What was told of one session on one node. */
export type PlayedSession = {
  sessionId: string;
  playerId: string;
  nodeId: string;
  networkId: string;
  beganAtMs: number;
  /** Of each minute that both ends told of, in order: inputs that drew something. */
  inputs: readonly number[];
  /** That were shown while the title moved, in all of these minutes. */
  pictures: number;
};

export const WASH_REASONS = ["nowhere-else", "no-input", "looped-input", "own-network", "few-players", "round-the-clock"] as const;
export type WashReason = (typeof WASH_REASONS)[number];
export type WashedSession = Pick<PlayedSession, "sessionId" | "nodeId"> & { minutes: number; reasons: WashReason[] };

export type OperatorPlay = {
  /** The operator's nodes, each with its network; undefined where that says nothing. */
  nodes: ReadonlyMap<string, string | undefined>;
  sessions: readonly PlayedSession[];
  /** Minutes of each player on nodes that have nothing to do with this operator. */
  minutesElsewhere: ReadonlyMap<string, number>;
};

export const WASH = {
  /** So much has to look like it, and so much of what is played on the operator's nodes: people do leave a title running now and then. */
  minutesMin: 240,
  shareMin: 1 / 3,
  /** Who plays so much of their time on others' nodes is nobody's own player. */
  elsewhereShareMin: 0.1,
  /** As many as equal shares would be; of players and of their networks the fewer, since names cost nothing. */
  fewPlayers: 5,
  /** An input in so few of the minutes is as good as none. */
  inputShareMax: 0.1,
  noInputMinutesMin: 2,
  /** The same minutes again, at any of these distances, more than anybody's hands would do. */
  loopMinutesMin: 20,
  loopMinutesMax: 10,
  loopShareMin: 0.8,
  loopDifference: 0.02,
  loopInputsMin: 10,
  /** With an input in nearly every picture a stick that is held looks the same each minute. */
  inputsPerPictureMax: 0.5,
  /** All of a home together, in the mean over at least three days. */
  homeHoursPerDay: 16,
  homeDaysMin: 3,
} as const;

const DAY_MS = 86_400_000;

export function findWash(play: OperatorPlay): WashedSession[] {
  const suspects = suspectWash(play);
  const suspectMinutes = suspects.reduce((sum, { minutes }) => sum + minutes, 0);
  return suspectMinutes >= Math.max(WASH.minutesMin, WASH.shareMin * minutesOf(play.sessions)) ? suspects : [];
}

/** By its own signs, however little it is: on appeal a mark is lifted where these are gone, and not because others have played since. */
export function suspectWash({ nodes, sessions, minutesElsewhere }: OperatorPlay): WashedSession[] {
  const few = Math.min(effective(sessions, ({ playerId }) => playerId), effective(sessions, ({ networkId }) => networkId)) < WASH.fewPlayers;
  const minutesHere = new Map([...Map.groupBy(sessions, ({ playerId }) => playerId)].map(([playerId, own]) => [playerId, minutesOf(own)]));
  const isOwn = ({ networkId, nodeId }: PlayedSession) => networkId === nodes.get(nodeId);
  const captive = sessions.filter(({ playerId }) => {
    const elsewhere = minutesElsewhere.get(playerId) ?? 0;
    return elsewhere < WASH.elsewhereShareMin * (elsewhere + (minutesHere.get(playerId) ?? 0));
  });
  const household = captive.filter(isOwn);
  // A carrier's customers are no household, however they play.
  const tireless = effective(household, ({ playerId }) => playerId) < WASH.fewPlayers && hoursPerDay(household) > WASH.homeHoursPerDay;
  return captive.flatMap((session): WashedSession[] => {
    const { sessionId, nodeId, inputs } = session;
    const own = isOwn(session);
    const unreal = own || few ? unrealInput(session) : undefined;
    if (!unreal && !(tireless && own)) return [];
    const signs: Partial<Record<WashReason, boolean>> = {
      "nowhere-else": true, ...(unreal && { [unreal]: true }), "own-network": own, "few-players": few || (tireless && own), "round-the-clock": tireless && own,
    };
    return [{ sessionId, nodeId, minutes: inputs.length, reasons: WASH_REASONS.filter((reason) => signs[reason]) }];
  });
}

export function unrealInput({ inputs, pictures }: Pick<PlayedSession, "inputs" | "pictures">): "no-input" | "looped-input" | undefined {
  const touched = inputs.filter((count) => count > 0).length;
  if (inputs.length >= WASH.noInputMinutesMin && touched <= WASH.inputShareMax * inputs.length) return "no-input";
  return isLooped(inputs, pictures) ? "looped-input" : undefined;
}

/** What hands do differs from one minute to the next by far more than what a script does from one round to the next. */
function isLooped(inputs: readonly number[], pictures: number): boolean {
  const sum = inputs.reduce((total, count) => total + count, 0);
  const mean = sum / Math.max(1, inputs.length);
  if (inputs.length < WASH.loopMinutesMin || mean < WASH.loopInputsMin || sum > WASH.inputsPerPictureMax * pictures) return false;
  const difference = Math.max(1, WASH.loopDifference * mean);
  for (let apart = 1; apart <= WASH.loopMinutesMax; apart += 1) {
    const pairs = inputs.length - apart;
    const same = inputs.filter((count, index) => index >= apart && Math.abs(count - (inputs[index - apart] ?? 0)) <= difference).length;
    if (same >= WASH.loopShareMin * pairs) return true;
  }
  return false;
}

export const minutesOf = (sessions: readonly PlayedSession[]): number => sessions.reduce((sum, { inputs }) => sum + inputs.length, 0);

/** How many there would be, had each an equal share (the inverse of Simpson's index). */
function effective(sessions: readonly PlayedSession[], of: (session: PlayedSession) => string): number {
  const shares = [...Map.groupBy(sessions, of).values()].map(minutesOf);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return total === 0 ? 0 : total ** 2 / shares.reduce((sum, share) => sum + share ** 2, 0);
}

function hoursPerDay(sessions: readonly PlayedSession[]): number {
  const starts = sessions.map(({ beganAtMs }) => beganAtMs);
  const days = starts.length === 0 ? 0 : (Math.max(...starts) - Math.min(...starts)) / DAY_MS;
  return minutesOf(sessions) / 60 / Math.max(WASH.homeDaysMin, days);
}

/** Of an address that is not the internet's, as in a house or behind a carrier, it says nothing who else has the same. */
export function washNetworkOf(address: string): string | undefined {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast" ? networkOf(address) : undefined;
}

// --- What is told ---

const IN_WORDS: Readonly<Record<WashReason, string>> = {
  "nowhere-else": "by players of no other host",
  "no-input": "without input",
  "looped-input": "with input that repeats itself",
  "own-network": "from the node's own network",
  "few-players": "by few players",
  "round-the-clock": "for more hours a day than a home plays",
};

/** Of a week's play on one node. */
export type NodeWash = { atMs: number; minutes: number; ofMinutes: number; reasons: WashReason[] };

/** By node: what of its play counts for nothing, and why. */
export function summarizeWash(sessions: readonly PlayedSession[], washed: readonly WashedSession[], atMs: number): Map<string, NodeWash> {
  const all = Map.groupBy(sessions, ({ nodeId }) => nodeId);
  return new Map([...Map.groupBy(washed, ({ nodeId }) => nodeId)].map(([nodeId, own]) => {
    const reasons = WASH_REASONS.filter((reason) => own.some((session) => session.reasons.includes(reason)));
    return [nodeId, { atMs, minutes: own.reduce((sum, { minutes }) => sum + minutes, 0), ofMinutes: minutesOf(all.get(nodeId) ?? []), reasons }];
  }));
}

/** What is left of it when so much was lifted; undefined where nothing is. */
export function lessWash(wash: NodeWash, minutesLifted: number): NodeWash | undefined {
  const minutes = wash.minutes - minutesLifted;
  return minutes > 0 ? { ...wash, minutes } : undefined;
}

/** For as long as what was found would have counted. */
export function washReasons({ wash }: { wash?: NodeWash | undefined }, nowMs: number, keptMs: number): string[] {
  if (!wash || nowMs - wash.atMs > keptMs) return [];
  return [`${wash.minutes} of ${wash.ofMinutes} minutes of play in a week count for nothing: ${wash.reasons.map((reason) => IN_WORDS[reason]).join(", ")}`];
}
