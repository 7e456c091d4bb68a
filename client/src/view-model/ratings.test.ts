import { expect, test, vi } from "vitest";
import { createRatings, PLAYED_MS_MIN } from "./ratings.ts";

const session = { sessionId: "s1", titleName: "Freedoom" };

test("who played long enough is asked, once, and the answer goes out", () => {
  const put = vi.fn(async () => undefined);
  const ratings = createRatings({ put });
  ratings.handlePlayed(session, PLAYED_MS_MIN - 1);
  expect(ratings.asked.value).toBeUndefined();
  ratings.handlePlayed(session, PLAYED_MS_MIN);
  expect(ratings.asked.value).toEqual(session);
  ratings.send({ overall: 4 });
  ratings.send({ overall: 1 });
  expect(put.mock.calls).toEqual([["s1", { overall: 4 }]]);
  expect(ratings.asked.value).toBeUndefined();
});

test("who does not want to say is not asked again", () => {
  const put = vi.fn(async () => undefined);
  const ratings = createRatings({ put });
  ratings.handlePlayed(session, PLAYED_MS_MIN);
  ratings.dismiss();
  expect(ratings.asked.value).toBeUndefined();
  expect(put).not.toHaveBeenCalled();
});

test("a server that does not take it costs the player nothing", async () => {
  const info = vi.spyOn(console, "info").mockReturnValue();
  const ratings = createRatings({ put: () => Promise.reject(new Error("away")) });
  ratings.handlePlayed(session, PLAYED_MS_MIN);
  ratings.send({ overall: 4 });
  await vi.waitFor(() => expect(info).toHaveBeenCalledOnce());
  info.mockRestore();
});
