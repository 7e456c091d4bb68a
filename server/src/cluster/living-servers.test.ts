import { expect, test } from "vitest";
import { followServers, NOBODY, RETURN_GRACE_MS, type LivingServers, type ServersEvent } from "./living-servers.ts";

const present = (serverId: string, revision: number): ServersEvent => ({ type: "present", serverId, share: serverId, revision });
const expired = (serverId: string, revision: number): ServersEvent => ({ type: "gone", serverId, revision });
const looked = (connected: boolean): ServersEvent => ({ type: "looked", connected });

function run(events: readonly (readonly [atMs: number, ServersEvent])[]) {
  let state: LivingServers = NOBODY;
  const gone: string[] = [];
  for (const [atMs, event] of events) {
    const [next, lost] = followServers(state, event, atMs);
    state = next;
    gone.push(...lost.map((serverId) => `${serverId} at ${atMs}`));
  }
  return { living: [...state.servers.keys()], gone };
}

test("a server whose entry expires is gone", () => {
  expect(run([[0, present("a", 1)], [0, present("b", 2)], [10, present("a", 3)], [20, expired("b", 2)]])).toEqual({
    living: ["a"],
    gone: ["b at 20"],
  });
});

test("an entry that expired while we were away is waited for, and may come back", () => {
  const away: [number, ServersEvent][] = [[0, present("a", 1)], [0, present("b", 2)], [100, looked(false)], [9_000, looked(false)], [9_500, looked(true)]];
  const outage: [number, ServersEvent][] = [...away, [9_600, expired("a", 1)], [9_600, expired("b", 2)]];
  expect(run(outage)).toEqual({ living: ["a", "b"], gone: [] });
  const end = 9_000 + RETURN_GRACE_MS;
  expect(run([...outage, [9_700, present("a", 7)], [end - 1, looked(true)], [end, looked(true)], [end + 1, looked(true)]])).toEqual({
    living: ["a"],
    gone: [`b at ${end}`],
  });
});

test("who says goodbye is gone at once, even after an outage", () => {
  expect(run([[0, present("a", 1)], [0, looked(false)], [10, expired("a", 2)]])).toEqual({ living: [], gone: ["a at 10"] });
});

test("who was never known is not missed", () => {
  expect(run([[0, expired("a", 1)], [0, looked(true)]])).toEqual({ living: [], gone: [] });
});
