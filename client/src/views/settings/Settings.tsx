import { useId, type ReactNode } from "react";
import type { DeviceFacts } from "../../view-model/device-facts.ts";
import { LANGUAGES, TEXT_SIZES, THEMES, type Settings as Values } from "../../view-model/settings.ts";
import { Button } from "../parts/Button.tsx";
import { ForwardIcon } from "../parts/icons.tsx";
import { PageFrame } from "../parts/PageFrame.tsx";
import { useTexts } from "../use-texts.ts";
import { Switch } from "./Switch.tsx";
import styles from "./Settings.module.css";

type SettingsProps = {
  settings: Values;
  facts: DeviceFacts;
  onChange: (change: Partial<Values>) => void;
  onInstall: () => void;
  onHandOff: () => void;
  onTakeOver: () => void;
  onNodes: () => void;
  onBack: () => void;
};

export function Settings({ settings, facts, onChange, onInstall, onHandOff, onTakeOver, onNodes, onBack }: SettingsProps) {
  const { settings: texts, home } = useTexts();
  const { battery } = facts;
  return (
    <PageFrame title={texts.title} onBack={onBack}>
      <div className={styles.groups}>
        <Group title={texts.looks}>
          <Choice label={texts.language} values={LANGUAGES} words={texts.languages} chosen={settings.language} onChoose={(language) => onChange({ language })} />
          <Choice label={texts.theme} values={THEMES} words={texts.themes} chosen={settings.theme} onChoose={(theme) => onChange({ theme })} />
          <Choice label={texts.textSize} values={TEXT_SIZES} words={texts.textSizes} chosen={settings.textSize} onChoose={(textSize) => onChange({ textSize })} />
          <Switch label={texts.lockScreen} hint={texts.lockScreenHint} on={settings.lockScreen} onSwitch={(lockScreen) => onChange({ lockScreen })} />
        </Group>
        <Group title={texts.playing}>
          <Switch label={texts.dataSaver} hint={texts.dataSaverHint} on={settings.dataSaver} onSwitch={(dataSaver) => onChange({ dataSaver })} />
          <Switch label={texts.haptics} hint={texts.hapticsHint} on={settings.haptics} onSwitch={(haptics) => onChange({ haptics })} />
          <Switch label={texts.leftHanded} hint={texts.leftHandedHint} on={settings.leftHanded} onSwitch={(leftHanded) => onChange({ leftHanded })} />
        </Group>
        <Group title={texts.devices}>
          <Way label={texts.handOff} onPress={onHandOff} />
          <Way label={texts.takeOver} onPress={onTakeOver} />
        </Group>
        <Group title={texts.network}>
          <Way label={texts.nodes} onPress={onNodes} />
        </Group>
        <Group title={texts.device}>
          {facts.installable && (
            <div className={styles.line}>
              <span>
                {texts.install}
                <small>{texts.installHint}</small>
              </span>
              <Button kind="first" onPress={onInstall}>
                {texts.install}
              </Button>
            </div>
          )}
          <Fact name={texts.connection} value={facts.online ? home.connected : home.offline} />
          {battery && <Fact name={texts.battery} value={home.battery(Math.round(battery.level * 100), battery.charging)} />}
        </Group>
      </div>
    </PageFrame>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.group}>
      <h2 className={styles.heading}>{title}</h2>
      <div className={styles.lines}>{children}</div>
    </section>
  );
}

type ChoiceProps<T extends string> = {
  label: string;
  values: readonly T[];
  words: Readonly<Record<T, string>>;
  chosen: T;
  onChoose: (value: T) => void;
};

function Choice<T extends string>({ label, values, words, chosen, onChoose }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.choice}>
      <legend>{label}</legend>
      <div className={styles.segments}>
        {values.map((value) => (
          <label key={value} className={styles.segment}>
            <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>{words[value]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A line that leads somewhere. */
function Way({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <button type="button" className={`${styles.line} ${styles.way}`} onClick={onPress}>
      {label}
      <ForwardIcon />
    </button>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <p className={styles.line}>
      <span>{name}</span>
      <span className={styles.value}>{value}</span>
    </p>
  );
}
