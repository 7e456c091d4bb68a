// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { en } from "../../texts/en.ts";
import { makeFailureView } from "../../view-model/failure.ts";
import { Failure } from "./Failure.tsx";
import { ProblemSheet } from "./ProblemSheet.tsx";

afterEach(cleanup);

test("a problem is told in one press, or with words, and not without either", () => {
  const onSend = vi.fn();
  render(<ProblemSheet state={{ is: "idle" }} onSend={onSend} onClose={vi.fn()} />);
  fireEvent.click(screen.getByRole("button", { name: en.problem.send }));
  expect(onSend).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("radio", { name: en.problem.kinds.sound }));
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "it crackles" } });
  fireEvent.click(screen.getByRole("button", { name: en.problem.send }));
  expect(onSend).toHaveBeenCalledWith({ kind: "sound", note: "it crackles" });
});

test("its number is shown to be named later", () => {
  const onClose = vi.fn();
  render(<ProblemSheet state={{ is: "sent", problemId: "7K3Q9BXA" }} onSend={vi.fn()} onClose={onClose} />);
  expect(screen.getByRole("status").textContent).toMatch(/7K3Q.-.9BXA/);
  fireEvent.click(screen.getByRole("button", { name: en.problem.done }));
  expect(onClose).toHaveBeenCalledOnce();
});

test.each(["unreachable", "too-many"] as const)("one that did not get through (%s) says so and keeps the words", (why) => {
  const { rerender } = render(<ProblemSheet state={{ is: "idle" }} onSend={vi.fn()} onClose={vi.fn()} />);
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "words" } });
  rerender(<ProblemSheet state={{ is: "failed", why }} onSend={vi.fn()} onClose={vi.fn()} />);
  expect(screen.getByRole("alert").textContent).toBe(en.problem.failed[why]);
  expect(screen.getByRole("textbox")).toHaveProperty("value", "words");
});

test("a session that went wrong offers the way to say so; one that ended well does not", () => {
  const onProblem = vi.fn();
  const show = (reason: "node-lost" | "title-exited") =>
    render(<Failure view={makeFailureView({ kind: "ended", reason }, en.failure)} art={undefined} onAction={vi.fn()} onProblem={onProblem} />);
  show("node-lost");
  fireEvent.click(screen.getByRole("button", { name: en.failure.report }));
  expect(onProblem).toHaveBeenCalledOnce();
  cleanup();
  show("title-exited");
  expect(screen.queryByRole("button", { name: en.failure.report })).toBeNull();
});
