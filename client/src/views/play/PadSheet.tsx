import { PAD_BUTTONS, type PadButton } from "@nearframe/shared/title/manifest";
import { assignButton, PLAIN_MAP, type PadMap } from "../../input/pad-map.ts";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { Switch } from "../settings/Switch.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./PadSheet.module.css";

type PadSheetProps = { map: PadMap; onChange: (map: PadMap) => void; onClose: () => void };

/** What each button of the pad in the hands does in this title. */
export function PadSheet({ map, onChange, onClose }: PadSheetProps) {
  const { pad } = useTexts();
  return (
    <Sheet label={pad.title} onClose={onClose}>
      <h1 className={styles.title}>{pad.title}</h1>
      <p className={styles.hint}>{pad.hint}</p>
      <ul className={styles.buttons}>
        {PAD_BUTTONS.map((button) => (
          <li key={button}>
            <label className={styles.button}>
              <span>{pad.buttons[button]}</span>
              <select
                value={map.buttons[button] ?? button}
                data-changed={map.buttons[button] !== undefined}
                onChange={(event) => onChange(assignButton(map, button, event.target.value as PadButton))}
              >
                {PAD_BUTTONS.map((work) => (
                  <option key={work} value={work}>
                    {pad.buttons[work]}
                  </option>
                ))}
              </select>
            </label>
          </li>
        ))}
      </ul>
      <div className={styles.switches}>
        <Switch label={pad.swapSticks} hint={pad.swapSticksHint} on={map.swapSticks} onSwitch={(swapSticks) => onChange({ ...map, swapSticks })} />
        <Switch label={pad.invertLookY} hint={pad.invertLookYHint} on={map.invertLookY} onSwitch={(invertLookY) => onChange({ ...map, invertLookY })} />
      </div>
      <Button kind="second" onPress={() => onChange(PLAIN_MAP)}>
        {pad.reset}
      </Button>
    </Sheet>
  );
}
