// What is said to the owner of a session that has just died, before anybody knows: the next
// owner hears it. Three processes on one hub, of which the owner is killed at that moment.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { HEARTBEAT_MS } from "../nodes/limits.ts";
import { device } from "../testing/fixtures.ts";
import { ask, processesOfEachTest, type Process } from "../testing/processes.ts";
import { endOf, type FakeNode, type FakePeer } from "../testing/world.ts";
import { COME_AGAIN_MS } from "../shares/company.ts";
import { PARKED_MAX, PARKED_MS, UNHEARD_PER_SPEAKER_MAX } from "./limits.ts";
import { createUnheard } from "./unheard.ts";

const processes = processesOfEachTest();
let store: Process["store"];
let home: Process;
let node: FakeNode;
let player: FakePeer;
let sessionId: string;

/** A player at one process, on a node of the same, with a session that another process owns. */
beforeEach(async () => {
  ({ store } = processes.now);
  home = await processes.now.start();
  for (let count = 0; count < 2; count++) await processes.now.start();
  node = home.node("n1").register({ slots: 2, runtimes: ["native", "web"] });
  await vi.advanceTimersByTimeAsync(10);
  for (let count = 0; ; count++) {
    ({ peer: player, sessionId } = await ask(home, `p${count}`));
    if (processes.now.ownerOf(sessionId) !== home) break;
    player.leave(sessionId);
    node.ended(sessionId);
    await vi.advanceTimersByTimeAsync(10);
  }
  player.connected(sessionId);
  player.firstFrame(sessionId);
  await vi.advanceTimersByTimeAsync(100);
});

/** Without a word; who says something now says it to a process that is thought to live. */
async function killOwner(): Promise<Process> {
  const owner = processes.now.ownerOf(sessionId)!;
  expect(owner).not.toBe(home);
  await owner.kill();
  return owner;
}

/** Long enough for the next owner, and far less than any limit that would end the session by itself. */
async function takenOver(running: readonly string[] = [sessionId]): Promise<void> {
  for (let passedMs = 0; passedMs < PARKED_MS; passedMs += 500) {
    if (passedMs % HEARTBEAT_MS === 0) node.heartbeat([...running]);
    await vi.advanceTimersByTimeAsync(500);
  }
}

const endInStore = async () => (await store.findSession(sessionId))?.end?.reason;

describe("an owner that has just died", () => {
  test("leaving is heard by the next one: the title is closed", async () => {
    await killOwner();
    player.leave(sessionId);
    await takenOver();
    expect([endOf(player), await endInStore()]).toEqual(["player-left", "player-left"]);
    expect(node.of("session.stop").at(-1)).toMatchObject({ sessionId, reason: "player-left" });
  });

  test("so is leaving of one who closed the page behind it", async () => {
    await killOwner();
    player.leave(sessionId);
    player.disconnect();
    await takenOver();
    expect(await endInStore()).toBe("player-left");
  });

  test("so is asking for the session from another device", async () => {
    await killOwner();
    const phone = home.player(player.playerId, "phone");
    await phone.resume(sessionId, { takeOver: true });
    expect(phone.messages).toEqual([]);
    await takenOver();
    expect(phone.last("session.created")).toMatchObject({ requestId: "resume", sessionId });
    expect(phone.all("session.created")).toHaveLength(1);
    expect(endOf(player)).toBe("taken-over");
  });

  test("so is a path that was given up", async () => {
    await killOwner();
    void player.say({ type: "session.unreachable", sessionId, detail: "the path did not come back" });
    await takenOver();
    expect(endOf(player)).toBe("media-unreachable");
  });

  test("so is what was dropped and given up by asking for another title", async () => {
    player.disconnect();
    await vi.advanceTimersByTimeAsync(500);
    await killOwner();
    const back = home.player(player.playerId);
    await back.request("page");
    await takenOver();
    expect(await endInStore()).toBe("player-left");
  });

  test("so is what the node says of the title's end", async () => {
    await killOwner();
    node.ended(sessionId, "title-crashed", "exit code 139");
    await takenOver([]);
    expect(player.last("session.ended")).toMatchObject({ reason: "title-crashed", detail: "exit code 139" });
    expect(await endInStore()).toBe("title-crashed");
  });

  test("what it had answered is not said again", async () => {
    const phone = home.player(player.playerId, "phone");
    await phone.resume(sessionId, { takeOver: true });
    await vi.advanceTimersByTimeAsync(10);
    expect(phone.all("session.created")).toHaveLength(1);
    phone.connected(sessionId);
    await vi.advanceTimersByTimeAsync(10);
    await killOwner();
    const rejoined = node.of("session.rejoin").length;
    await takenOver();
    expect(phone.all("session.created")).toHaveLength(1);
    expect([endOf(phone), await endInStore()]).toEqual([undefined, undefined]);
    // Its new path had no picture yet, so the next owner asks for one of its own, once.
    expect(node.of("session.rejoin").length).toBeLessThanOrEqual(rejoined + 1);
  });
});

describe("of friends, an owner that has just died", () => {
  const makeLink = () => player.say({ type: "share.make", requestId: "share", sessionId, role: "watch", lastsMs: 3_600_000 });
  const codeMade = () => player.last("share.made")!.share.code;
  const come = (guest: FakePeer, code: string) => guest.say({ type: "guest.join", requestId: `join${guest.messages.length}`, code, device });
  const comeAgain = (guest: FakePeer, code: string) =>
    guest.say({ type: "guest.join", requestId: `join${guest.messages.length}`, code, device, wasGuestId: guest.last("guest.joined")!.guestId });
  const membersTold = () => player.last("session.company")?.members.length;

  test("lets in by the next one whoever came by a link, without a word of the guest's", async () => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    await killOwner();
    const guest = home.player("guest");
    await come(guest, codeMade());
    await takenOver();
    expect(guest.all("guest.joined")).toHaveLength(1);
    expect(guest.all("error")).toEqual([]);
    expect(node.of("seat.open").at(-1)).toMatchObject({ sessionId, guestId: guest.last("guest.joined")!.guestId });
    expect(membersTold()).toBe(2);
  });

  test("refuses nobody while the next one is looked for", async () => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    const { openSession } = store;
    store.openSession = (id) => new Promise((resolve) => setTimeout(() => resolve(openSession(id)), 1_000));
    const { serverId } = await killOwner();
    while (home.servers.isAlive(serverId)) await vi.advanceTimersByTimeAsync(100);
    const guest = home.player("guest");
    await come(guest, codeMade());
    expect([processes.now.owners().get(sessionId), guest.messages]).toEqual([serverId, []]);
    await takenOver();
    store.openSession = openSession;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(guest.all("guest.joined")).toHaveLength(1);
  });

  test("has its player's new link made by the next one, once", async () => {
    await killOwner();
    await makeLink();
    await takenOver();
    expect(player.all("share.made")).toHaveLength(1);
    expect(await store.sharesOfSession(sessionId)).toMatchObject([{ code: codeMade() }]);
  });

  test("has a link taken back by the next one, though the page has closed behind it", async () => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    const code = codeMade();
    await killOwner();
    await player.say({ type: "share.revoke", sessionId, code });
    player.disconnect();
    await takenOver();
    expect((await store.findShare(code))?.revokedAtMs).toBeDefined();
  });

  test("has its guests come again by their link, and its player's page told who is there", async () => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    const [stays, goes] = [home.player("stays"), home.player("goes")];
    for (const guest of [stays, goes]) await come(guest, codeMade());
    await vi.advanceTimersByTimeAsync(50);
    expect(membersTold()).toBe(3);
    await killOwner();
    // Lost, and no harm: the next owner knows of no guest but those who come again.
    await goes.say({ type: "guest.leave", sessionId, guestId: goes.last("guest.joined")!.guestId });
    await takenOver();
    expect([stays, goes].map((guest) => guest.last("guest.ended")?.reason)).toEqual(["moved", "moved"]);
    expect(membersTold()).toBe(1);
    await come(stays, codeMade());
    await vi.advanceTimersByTimeAsync(50);
    expect(membersTold()).toBe(2);
  });

  test.each(["before", "after"])("does not have back, %s their coming again is heard, whom its player sends away", async (when) => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    const [stays, goes] = [home.player("stays"), home.player("goes")];
    for (const guest of [stays, goes]) await come(guest, codeMade());
    await vi.advanceTimersByTimeAsync(50);
    const goneId = goes.last("guest.joined")!.guestId;
    const remove = () => player.say({ type: "guest.remove", sessionId, guestId: goneId });
    await killOwner();
    if (when === "before") await remove();
    await takenOver();
    expect(goes.last("guest.ended")?.reason).toBe("moved");
    // Their pages do this by themselves.
    for (const guest of [stays, goes]) await comeAgain(guest, codeMade());
    await vi.advanceTimersByTimeAsync(50);
    if (when === "after") await remove();
    await vi.advanceTimersByTimeAsync(50);
    if (when === "before") expect(goes.last("error")).toMatchObject({ code: "GUEST_REMOVED" });
    else expect(goes.last("guest.ended")).toMatchObject({ reason: "removed" });
    expect(membersTold()).toBe(2);
    expect(stays.last("session.company")?.members).toHaveLength(2);
    // The seat that the dead owner had given is let go of too.
    expect(node.of("seat.close").map(({ guestId }) => guestId)).toContain(goneId);
  });

  test("leaves no seat to a guest who is not heard of again", async () => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    const [stays, gone] = [home.player("stays"), home.player("gone")];
    for (const guest of [stays, gone]) await come(guest, codeMade());
    await vi.advanceTimersByTimeAsync(50);
    await killOwner();
    await takenOver();
    gone.disconnect();
    await comeAgain(stays, codeMade());
    await vi.advanceTimersByTimeAsync(50);
    expect(node.of("seat.keep")).toEqual([]);
    for (let passedMs = 0; passedMs < COME_AGAIN_MS; passedMs += HEARTBEAT_MS) {
      node.heartbeat([sessionId]);
      player.tell(sessionId);
      await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    }
    expect(node.of("seat.keep")).toMatchObject([{ sessionId, guestIds: [stays.last("guest.joined")!.guestId] }]);
  });

  test("answers with an error where the next one can't read who may come", async () => {
    await makeLink();
    await vi.advanceTimersByTimeAsync(50);
    const code = codeMade();
    await killOwner();
    const guest = home.player("guest");
    await come(guest, code);
    const { sharesOfSession } = store;
    store.sharesOfSession = () => Promise.reject(new Error("away"));
    await takenOver();
    store.sharesOfSession = sharesOfSession;
    // By the process that holds the guest's socket; another leaves the word to its time.
    if (processes.now.ownerOf(sessionId) === home) expect(guest.last("error")).toMatchObject({ code: "SERVER_BUSY" });
    expect(guest.all("guest.joined")).toEqual([]);
  });
});

describe("what is kept", () => {
  const word = (id: string, said: string[] = []) => ({ sessionId: id, by: "page", until: "answered", again: () => void said.push(id) }) as const;

  test("is bounded, and the oldest goes first", () => {
    const unheard = createUnheard(() => 0);
    const said: string[] = [];
    for (let count = 0; count <= PARKED_MAX; count++) unheard.keep(word(`s${count}`, said));
    expect(unheard.count).toBe(PARKED_MAX);
    for (const id of ["s0", "s1"]) unheard.tellAgain(id);
    expect(said).toEqual(["s1"]);
  });

  test("is bounded for each speaker, so that who says a thing again and again drives out nobody else", () => {
    const unheard = createUnheard(() => 0);
    const said: string[] = [];
    unheard.keep(word("patient", said));
    unheard.keep(word("loud", said));
    for (let count = 0; count <= PARKED_MAX; count++) unheard.keep({ ...word("loud"), by: "guest" });
    expect(unheard.count).toBe(2 + UNHEARD_PER_SPEAKER_MAX);
    for (const id of ["patient", "loud"]) unheard.tellAgain(id);
    expect(said).toEqual(["patient", "loud"]);
  });

  test("is told once, and not after its time", () => {
    let nowMs = 0;
    const unheard = createUnheard(() => nowMs);
    const said: string[] = [];
    unheard.keep(word("s1", said));
    unheard.tellAgain("s1");
    unheard.tellAgain("s1");
    unheard.keep(word("s2", said));
    nowMs = PARKED_MS;
    unheard.tellAgain("s2");
    expect([said, unheard.count]).toEqual([["s1"], 0]);
  });

  test("goes with the answer, and what only an end can answer with the session", () => {
    const unheard = createUnheard(() => 0);
    const said: string[] = [];
    unheard.keep(word("s1", said));
    unheard.keep({ ...word("s1", said), until: "over" });
    unheard.keep({ ...word("s1", said), until: "named", requestId: "r2" });
    unheard.keep({ ...word("s2", said), requestId: "r1" });
    unheard.answered("s1");
    // Another's word may have the same name.
    unheard.answeredRequest("other", "r1");
    expect(unheard.count).toBe(3);
    unheard.answeredRequest("page", "r1");
    unheard.answeredRequest("page", "r2");
    expect(unheard.count).toBe(1);
    unheard.over("s1");
    for (const id of ["s1", "s2"]) unheard.tellAgain(id);
    expect([said, unheard.count]).toEqual([[], 0]);
  });
});
