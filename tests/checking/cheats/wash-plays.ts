// A week of play on one small host's node, as the server hears of it: by hosts who make play up,
// and by those who only look as if they did. Seeded.

import type { OperatorPlay, PlayedSession } from "@nearframe/server/checking/wash";

type Random = () => number;

export const WASH_KINDS = ["idle-at-home", "a-guest-each-time", "a-script-elsewhere", "imitated-hands", "among-players"] as const;
export const HONEST_KINDS = ["a-family", "one-fan", "behind-a-carrier", "a-quiet-title", "a-popular-node"] as const;
export type PlayKind = (typeof WASH_KINDS)[number] | (typeof HONEST_KINDS)[number];

const NODE = "node";
const HOME = "v4-198.51";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** At 60 a second. */
const PICTURES_PER_MINUTE = 3_600;

type Hands = (minute: number) => number;
type Player = { playerId: string; networkId: string; hoursElsewhere?: number };

export function playedWeek(kind: PlayKind, random: Random): OperatorPlay {
  const sessions: PlayedSession[] = [];
  const minutesElsewhere = new Map<string, number>();
  const play = ({ playerId, networkId, hoursElsewhere = 0 }: Player, beganAtMs: number, minutes: number, hands: Hands) => {
    const inputs = Array.from({ length: Math.max(1, Math.round(minutes)) }, (_, minute) => Math.max(0, Math.round(hands(minute))));
    sessions.push({ sessionId: `s${sessions.length}`, playerId, nodeId: NODE, networkId, beganAtMs, inputs, pictures: inputs.length * PICTURES_PER_MINUTE });
    minutesElsewhere.set(playerId, hoursElsewhere * 60);
  };
  /** So many sessions of about an hour each, spread over each day. */
  const eachDay = (perDay: (day: number) => number, of: (index: number) => [Player, Hands], minutes = () => 30 + 60 * random()) => {
    for (let day = 0; day < 7; day += 1) {
      const count = perDay(day);
      for (let index = 0; index < count; index += 1) play(of(index)[0], day * DAY_MS + ((index + random() / 2) * 24 * HOUR_MS) / count, minutes(), of(index)[1]);
    }
  };
  const nobody: Hands = () => 0;
  const family = (index: number): Player => ({ playerId: `family-${index % 3}`, networkId: HOME });
  const strangers = (count: number): Player[] => Array.from({ length: count }, (_, index) => ({ playerId: `stranger-${index}`, networkId: `v4-203.${index % 40}`, hoursElsewhere: random() < 0.5 ? 0 : 5 * random() }));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let guests = 0;

  switch (kind) {
    case "idle-at-home":
      eachDay(() => 12, (index) => [family(index), nobody]);
      break;
    case "a-guest-each-time":
      eachDay(() => 18, () => [{ playerId: `guest-${(guests += 1)}`, networkId: HOME }, nobody], () => 12 + 30 * random());
      break;
    case "a-script-elsewhere":
      // The same three minutes over and over, by way of two rented networks.
      eachDay(() => 12, (index) => [{ playerId: `guest-${(guests += 1)}`, networkId: `v4-192.${index % 2}` }, (minute) => [40, 90, 25][minute % 3]! + Math.round(random() * 2 - 1)]);
      break;
    case "imitated-hands":
      eachDay(() => 22, (index) => [family(index), hands(random)], () => 58);
      break;
    case "among-players": {
      const players = strangers(20);
      eachDay(() => 16, (index) => (index % 2 === 0 ? [family(index), nobody] : [pick(players), hands(random)]), () => 45);
      break;
    }
    case "a-family":
      // Some evenings, each some; now and then somebody walks away from it.
      eachDay(() => (random() < 0.7 ? 1 + Math.floor(4 * random()) : 0), (index) => [family(index), random() < 0.05 ? nobody : hands(random)], () => 15 + 105 * random());
      break;
    case "one-fan": {
      const fan: Player = { playerId: "fan", networkId: "v4-203.7" };
      // A stick that is held is an input in each picture.
      const stick: Hands = () => 3_550 + 40 * random();
      eachDay(() => 1 + Math.floor(3 * random()), () => [fan, random() < 0.3 ? stick : random() < 0.05 ? nobody : hands(random)], () => 60 + 90 * random());
      break;
    }
    case "behind-a-carrier": {
      const neighbours = Array.from({ length: 12 }, (_, index): Player => ({ playerId: `neighbour-${index}`, networkId: HOME }));
      eachDay(() => 24, () => [pick(neighbours), random() < 0.04 ? nobody : hands(random)]);
      break;
    }
    case "a-quiet-title": {
      const readers = strangers(4);
      eachDay(() => 4, () => [pick(readers), () => poisson(2.5, random)]);
      break;
    }
    case "a-popular-node": {
      const players = strangers(60);
      eachDay(() => 30, () => [pick(players), random() < 0.06 ? nobody : hands(random)]);
    }
  }
  return { nodes: new Map([[NODE, HOME]]), sessions, minutesElsewhere };
}

/** What had been told by then: a session that goes on is as long as it is. */
export function toldBy(week: OperatorPlay, untilMs: number): OperatorPlay {
  const sessions = week.sessions.flatMap((session) => {
    const inputs = session.inputs.slice(0, Math.max(0, Math.floor((untilMs - session.beganAtMs) / 60_000)));
    return inputs.length === 0 ? [] : [{ ...session, inputs, pictures: inputs.length * PICTURES_PER_MINUTE }];
  });
  return { ...week, sessions };
}

/** A person's: a pace of their own, more and less of it, and pauses. */
function hands(random: Random): Hands {
  const pace = 20 + 180 * random();
  return () => (random() < 0.08 ? 0 : pace * (0.3 + 1.4 * random()));
}

function poisson(mean: number, random: Random): number {
  let count = -1;
  for (let left = 1; left > Math.exp(-mean); left *= random()) count += 1;
  return count;
}
