import type { Sense } from "@nearframe/shared/title/senses";
import type { Facing, SensesView } from "../../view-model/senses.ts";
import { Switch } from "../settings/Switch.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./SensesPanel.module.css";

export type SensesPanelProps = {
  view: SensesView;
  onSense: (sense: Sense, on: boolean) => void;
  onExactPlace: (exact: boolean) => void;
  onFacing: (facing: Facing) => void;
};

/** What of the device the title may have, one switch each. */
export function SensesPanel({ view, onSense, onExactPlace, onFacing }: SensesPanelProps) {
  const { senses } = useTexts();
  if (view.senses.length === 0) return null;
  const isOn = (sense: Sense) => view.senses.some((now) => now.sense === sense && now.state === "on");
  return (
    <fieldset className={styles.senses}>
      <legend>{senses.title}</legend>
      {view.senses.map(({ sense, state, reason }) => (
        <Switch
          key={sense}
          label={senses.names[sense]}
          hint={state === "refused" ? senses.refused(reason ?? "") : senses.hints[sense]}
          on={state === "on" || state === "asking"}
          onSwitch={(on) => onSense(sense, on)}
        />
      ))}
      {isOn("location") && <Switch label={senses.exact} hint={senses.exactHint} on={view.exactPlace} onSwitch={onExactPlace} />}
      {isOn("camera") && view.camera.several && (
        <Switch label={senses.back} hint={senses.backHint} on={view.camera.facing === "back"} onSwitch={(on) => onFacing(on ? "back" : "front")} />
      )}
    </fieldset>
  );
}

/** Seen as long as something is given; a press takes it back. */
export function SensesInUse({ view, onSense }: Pick<SensesPanelProps, "view" | "onSense">) {
  const { senses } = useTexts();
  const inUse = view.senses.filter(({ state }) => state === "on");
  if (inUse.length === 0) return null;
  return (
    <fieldset className={styles.inUse} aria-label={senses.inUse}>
      {inUse.map(({ sense }) => (
        <button key={sense} type="button" className={styles.chip} title={senses.takeBack(senses.names[sense])} onClick={() => onSense(sense, false)}>
          {senses.names[sense]} <span aria-hidden="true">×</span>
        </button>
      ))}
    </fieldset>
  );
}
