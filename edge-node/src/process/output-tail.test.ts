import { expect, test } from "vitest";
import { OutputTail, TAIL_LINE_LENGTH_MAX, TAIL_LINES_MAX } from "./output-tail.ts";

test("lines that arrive in pieces are put together", () => {
  const seen: string[] = [];
  const tail = new OutputTail((line) => seen.push(line));
  tail.append("no such dis");
  tail.append("play\r\ngiving");
  tail.append(" up");
  expect(seen).toEqual(["no such display"]);
  expect(tail.read()).toBe("no such display\ngiving up");
});

test("only the last lines are kept", () => {
  const tail = new OutputTail();
  for (let index = 0; index < TAIL_LINES_MAX + 10; index += 1) tail.append(`line ${index}\n`);
  const lines = tail.read().split("\n");
  expect(lines).toHaveLength(TAIL_LINES_MAX);
  expect(lines[0]).toBe("line 10");
});

test("a line without an end does not grow without end", () => {
  const tail = new OutputTail();
  for (let index = 0; index < 100; index += 1) tail.append("x".repeat(1000));
  expect(tail.read()).toHaveLength(TAIL_LINE_LENGTH_MAX);
});
