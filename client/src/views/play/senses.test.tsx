// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { en } from "../../texts/en.ts";
import type { SensesView } from "../../view-model/senses.ts";
import { SensesInUse, SensesPanel } from "./SensesPanel.tsx";

afterEach(cleanup);

const view = (state: SensesView["senses"][number]["state"], several = true): SensesView => ({
  senses: [{ sense: "camera", state, reason: undefined }], exactPlace: false, camera: { facing: "front", several },
});

test("the camera at the back is offered while a camera is on, where there are several", () => {
  const onFacing = vi.fn();
  const panel = (shown: SensesView) => <SensesPanel view={shown} onSense={vi.fn()} onExactPlace={vi.fn()} onFacing={onFacing} />;
  const back = () => screen.queryByRole("switch", { name: en.senses.back });
  const { rerender } = render(panel(view("off")));
  expect(back()).toBeNull();
  rerender(panel(view("on", false)));
  expect(back()).toBeNull();
  rerender(panel(view("on")));
  const lever = back();
  if (lever) fireEvent.click(lever);
  expect(onFacing.mock.calls).toEqual([["back"]]);
});

test("a camera that is on is shown the whole time, and a press takes it back", () => {
  const onSense = vi.fn();
  const { rerender } = render(<SensesInUse view={view("off")} onSense={onSense} />);
  expect(screen.queryByRole("button")).toBeNull();
  rerender(<SensesInUse view={view("on")} onSense={onSense} />);
  fireEvent.click(screen.getByRole("button", { name: new RegExp(en.senses.names.camera) }));
  expect(onSense.mock.calls).toEqual([["camera", false]]);
});
