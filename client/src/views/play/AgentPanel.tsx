import type { AgentView } from "../../view-model/agent-leave.ts";
import { Button } from "../parts/Button.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./SensesPanel.module.css";

export type AgentPanelProps = { view: AgentView; onGive: () => void; onTakeBack: () => void };

/** Where the player lets a program in, and gets what it has to be told. */
export function AgentPanel({ view, onGive, onTakeBack }: AgentPanelProps) {
  const { agent } = useTexts();
  return (
    <fieldset className={styles.senses}>
      <legend>{agent.title}</legend>
      <p className={styles.hint}>{view.is === "refused" ? agent.refused(view.reason) : agent.hint}</p>
      {view.is === "on" ? (
        <>
          <input className={styles.token} type="text" readOnly aria-label={agent.token} value={view.token} onFocus={(event) => event.target.select()} />
          <Button kind="second" onPress={onTakeBack}>
            {agent.takeBack}
          </Button>
        </>
      ) : (
        <Button kind="second" onPress={onGive}>
          {agent.give}
        </Button>
      )}
    </fieldset>
  );
}

/** Seen as long as a program may act, and clearly while it does. */
export function AgentInUse({ view, onTakeBack }: Pick<AgentPanelProps, "view" | "onTakeBack">) {
  const { agent } = useTexts();
  if (view.is !== "on") return null;
  return (
    <button type="button" className={styles.agent} data-busy={view.busy} title={agent.takeBack} onClick={onTakeBack}>
      {view.busy ? agent.busy : agent.may} <span aria-hidden="true">×</span>
    </button>
  );
}
