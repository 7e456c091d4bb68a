// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { FAULTS } from "@nearframe/shared/checking/criteria";
import { sampleDetail, sampleNodes } from "../../testing/sample-nodes.ts";
import { nodeTexts } from "../../texts/node-texts.ts";
import { NodeBoard } from "./NodeBoard.tsx";
import { NodeDetail } from "./NodeDetail.tsx";
import { placeOf } from "./place.ts";

afterEach(cleanup);
const texts = nodeTexts("en");

const board = (needs: Partial<Parameters<typeof NodeBoard>[0]> = {}) =>
  render(<NodeBoard nodes={sampleNodes} total={7} filter="all" mine={["n3"]} texts={texts} locale="en" onFilter={vi.fn()} onNode={vi.fn()} {...needs} />);

test("the board lists each node with place, state and score, and opens one", () => {
  const onNode = vi.fn();
  board({ onNode });
  const row = screen.getByRole("row", { name: /frankfurt-a/ });
  expect(within(row).getByText("Hesse, Germany")).toBeTruthy();
  expect(within(row).getByText("Playing")).toBeTruthy();
  expect(within(row).getAllByText("96")).toHaveLength(1);
  expect(within(screen.getByRole("row", { name: /living-room-box/ })).getByText("Mine")).toBeTruthy();
  expect(within(screen.getByRole("row", { name: /lagos-new/ })).getByText(texts.noScore)).toBeTruthy();
  expect(within(screen.getByRole("row", { name: /ohio-7/ })).getByText("Quarantined")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "osaka-rack-3" }));
  expect(onNode).toHaveBeenCalledWith("n2");
});

test("the board can be asked for one's own nodes, and says what to do when there are none", () => {
  const onFilter = vi.fn();
  board({ filter: "mine", mine: [], onFilter });
  expect(screen.getByText(texts.noneOf)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "In trouble" }));
  expect(onFilter).toHaveBeenCalledWith("attention");
});

test("a node in quarantine shows why, the way back, what to fix first, and every check with its evidence", () => {
  const ohio = sampleNodes.find(({ id }) => id === "n5");
  if (!ohio) throw new Error("no such sample");
  const onMine = vi.fn();
  render(<NodeDetail detail={sampleDetail(ohio)} mine={false} texts={texts} locale="en" onMine={onMine} />);
  const alarm = screen.getByRole("region", { name: texts.quarantine });
  expect(alarm.textContent).toContain(texts.faults["nonce-missed"]);
  expect(alarm.textContent).toContain("5 clear checks; it has 2");
  expect(alarm.textContent).toContain(texts.appealed.asked);
  expect(screen.getAllByRole("listitem")[0]?.textContent).toContain("Offer fewer slots");
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toContain("/api/checking/epochs/1981228");
  expect(screen.getByText(texts.overturned)).toBeTruthy();
  expect(screen.getByText("npm run verify -- --epoch 1981230")).toBeTruthy();
  fireEvent.click(screen.getByRole("checkbox"));
  expect(onMine).toHaveBeenCalledOnce();
});

test("an appeal against marks of play shows what became of it, though nothing keeps the node out", () => {
  const free = sampleNodes.find(({ score, quarantine }) => score && !quarantine);
  if (!free) throw new Error("no such sample");
  render(<NodeDetail detail={sampleDetail({ ...free, appeal: { atMs: 0, state: "upheld" } })} mine={false} texts={texts} locale="en" onMine={vi.fn()} />);
  expect(screen.getByText(texts.appealed.upheld)).toBeTruthy();
});

test("a node that nobody checked says so, and nothing else is made up", () => {
  const lagos = sampleNodes.find(({ id }) => id === "n6");
  if (!lagos) throw new Error("no such sample");
  render(<NodeDetail detail={{ node: lagos, verdicts: [], toFix: [], suspicions: [] }} mine texts={texts} locale="en" onMine={vi.fn()} />);
  expect(screen.getByText(texts.noScore)).toBeTruthy();
  expect(screen.getByText(texts.noHistory)).toBeTruthy();
  expect(screen.queryByText(texts.why)).toBeNull();
});

test.each(["en", "zh"])("every fault has its words in %s", (locale) => {
  const { faults } = nodeTexts(locale);
  expect(Object.keys(faults).toSorted()).toEqual(Object.keys(FAULTS).toSorted());
});

test("a place is said in the language's words, and an unknown one not at all", () => {
  expect(placeOf({ place: { latitude: 0, longitude: 0, country: "DE", region: "" } }, "zh")).toBe("德国");
  expect(placeOf({ place: { latitude: 0, longitude: 0, country: "", region: "" } }, "en")).toBeUndefined();
  expect(placeOf({}, "en")).toBeUndefined();
});
