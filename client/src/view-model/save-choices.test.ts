import type { SaveList, TitleSaves } from "@nearframe/shared/api/saves";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { Scope } from "@nearframe/shared/lifetime";
import { expect, test, vi } from "vitest";
import { createSource } from "../behavior.ts";
import type { LinkStatus } from "../stream/control-link.ts";
import { parted } from "../testing/samples.ts";
import { createSaveChoices, saveOptions } from "./save-choices.ts";

const settled: TitleSaves = { titleId: "calm", diverged: false, saves: parted.saves.slice(0, 1) };

function open(answers: (() => Promise<SaveList>)[]) {
  const status = createSource<LinkStatus>({ is: "connecting", attemptsFailed: 0 });
  const listeners = new Set<(message: ServerToClient) => void>();
  const fetchSaves = vi.fn(() => (answers.length > 1 ? answers.shift()! : answers[0]!)());
  const chooseSave = vi.fn(async (titleId: string): Promise<TitleSaves> => ({ ...settled, titleId }));
  const choices = createSaveChoices(new Scope(), {
    api: { fetchSaves, chooseSave },
    link: { status: status.behavior, onMessage: (listener) => (listeners.add(listener), () => void listeners.delete(listener)) },
  });
  return { choices, fetchSaves, chooseSave, connect: () => status.set({ is: "open", playerId: "p", held: [] }), hear: (message: ServerToClient) => listeners.forEach((listener) => listener(message)) };
}

test("what has parted is read with the line to the server, and when the server says so", async () => {
  const lists = [[settled], [settled, parted]];
  const { choices, fetchSaves, connect, hear } = open([async () => ({ titles: lists.shift() ?? [] })]);
  expect(fetchSaves).not.toHaveBeenCalled();
  connect();
  await vi.waitFor(() => expect(fetchSaves).toHaveBeenCalledOnce());
  expect(choices.diverged.value).toEqual([]);
  hear({ type: "saves.diverged", titleId: parted.titleId });
  await vi.waitFor(() => expect(choices.diverged.value).toEqual([parted]));
});

test("what is told while the answer is under way is asked for once more", async () => {
  const { fetchSaves, connect, hear } = open([async () => ({ titles: [] })]);
  connect();
  for (let i = 0; i < 5; i++) hear({ type: "saves.diverged", titleId: "t" });
  await vi.waitFor(() => expect(fetchSaves).toHaveBeenCalledTimes(2));
});

test("a choice that was taken waits no more; one that was not still does", async () => {
  vi.spyOn(console, "info").mockImplementation(() => {});
  const { choices, chooseSave, connect } = open([async () => ({ titles: [parted] })]);
  connect();
  await vi.waitFor(() => expect(choices.diverged.value).toEqual([parted]));
  chooseSave.mockRejectedValueOnce(new Error("offline"));
  await expect(choices.choose(parted.titleId, "save-a")).rejects.toThrow("offline");
  expect(choices.diverged.value).toEqual([parted]);
  await choices.choose(parted.titleId, "save-a");
  expect(choices.diverged.value).toEqual([]);
});

test("offered are the one that stands and those beside it, newest first, and no older ones", () => {
  expect(saveOptions(parted).map(({ saveId, newest, standing }) => [saveId, newest, standing])).toEqual([
    ["save-b", true, "branch"],
    ["save-a", false, "head"],
  ]);
});
