import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { ImportResult, PartChange } from "../../view-model/control-layout.ts";
import type { ControlsView } from "../../view-model/play-controls.ts";
import { Button } from "../parts/Button.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./ControlsEditor.module.css";
import { PartFace, partClass, placeOf } from "./TouchControls.tsx";

export type ControlsEditorProps = {
  view: Pick<ControlsView, "parts" | "opacity">;
  onChange: (id: string, change: PartChange) => void;
  onOpacity: (opacity: number) => void;
  onReset: () => void;
  /** The layout as a file's text. */
  onExport: () => void;
  onImport: (text: string) => ImportResult;
  onDone: () => void;
};

const STEP = 0.02;
const SIZE = { min: 0.08, max: 0.9, step: 0.01 } as const;
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0],
};

/** The on-screen parts, to be dragged where the player's thumbs are. */
export function ControlsEditor({ view, onChange, onOpacity, onReset, onExport, onImport, onDone }: ControlsEditorProps) {
  const { editor } = useTexts();
  const [chosenId, setChosenId] = useState<string>();
  const [said, setSaid] = useState<string>();
  const field = useRef<HTMLDivElement>(null);
  const drag = useRef<{ id: string; x: number; y: number } | undefined>(undefined);
  const chosen = view.parts.find(({ id }) => id === chosenId);

  const shareAt = (event: PointerEvent) => {
    const box = field.current?.getBoundingClientRect();
    if (!box) return undefined;
    const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000;
    return { x: share((event.clientX - box.left) / box.width), y: share((event.clientY - box.top) / box.height) };
  };
  const grab = (id: string) => (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setChosenId(id);
    drag.current = { id, x: -1, y: -1 };
  };
  // The part follows the finger by its own properties; React hears of it when it is let go.
  const move = (event: PointerEvent<HTMLButtonElement>) => {
    const at = drag.current && shareAt(event);
    if (!at || !drag.current) return;
    Object.assign(drag.current, at);
    event.currentTarget.style.setProperty("--x", String(at.x));
    event.currentTarget.style.setProperty("--y", String(at.y));
  };
  const drop = () => {
    const dropped = drag.current;
    drag.current = undefined;
    if (dropped && dropped.x >= 0) onChange(dropped.id, { x: dropped.x, y: dropped.y });
  };
  const nudge = (part: (typeof view.parts)[number]) => (event: KeyboardEvent) => {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    const inside = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000;
    onChange(part.id, { x: inside(part.control.x + by[0]), y: inside(part.control.y + by[1]) });
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    const result = onImport(await file.text());
    setSaid(result.ok ? editor.imported : editor.refused[result.why]);
  };

  return (
    <section className={styles.editor} aria-label={editor.title}>
      <div className={styles.field} ref={field}>
        {view.parts.map((part) => (
          <button
            key={part.id}
            type="button"
            className={`${partClass(part.control)} ${styles.part}`}
            style={{ ...placeOf(part.control), opacity: part.hidden ? 0.25 : view.opacity }}
            data-chosen={part.id === chosenId}
            aria-label={editor.part(part.control.label ?? editor.kinds[part.control.kind], part.hidden)}
            aria-pressed={part.id === chosenId}
            onPointerDown={grab(part.id)}
            onPointerMove={move}
            onPointerUp={drop}
            onPointerCancel={drop}
            onFocus={() => setChosenId(part.id)}
            onKeyDown={nudge(part)}
          >
            <PartFace control={part.control} />
          </button>
        ))}
      </div>
      <div className={styles.bar}>
        <output className={styles.hint} data-said={said !== undefined}>{said ?? editor.hint}</output>
        <label className={styles.slider}>
          {editor.size}
          <input
            type="range"
            {...SIZE}
            disabled={!chosen}
            value={chosen?.control.size ?? SIZE.min}
            onChange={(event) => chosen && onChange(chosen.id, { size: event.target.valueAsNumber })}
          />
        </label>
        <label className={styles.slider}>
          {editor.opacity}
          <input type="range" min={0.1} max={1} step={0.05} value={view.opacity} onChange={(event) => onOpacity(event.target.valueAsNumber)} />
        </label>
        <div className={styles.actions}>
          <Button kind="second" disabled={!chosen} onPress={() => chosen && onChange(chosen.id, { hidden: !chosen.hidden })}>
            {chosen?.hidden ? editor.show : editor.hide}
          </Button>
          <Button kind="second" onPress={onReset}>
            {editor.reset}
          </Button>
          <Button kind="second" onPress={onExport}>
            {editor.export}
          </Button>
          <label className={styles.import}>
            {editor.import}
            <input type="file" accept="application/json,.json" onChange={(event) => void read(event.target.files?.[0])} />
          </label>
          <Button kind="first" onPress={onDone}>
            {editor.done}
          </Button>
        </div>
      </div>
    </section>
  );
}
