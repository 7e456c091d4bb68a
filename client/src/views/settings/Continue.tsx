import { useId, useState } from "react";
import { readHandoffCode } from "@nearframe/shared/api/handoff";
import { PageFrame } from "../parts/PageFrame.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Handoff.module.css";

export type TakeState = "typing" | "taking" | "unknown" | "unreachable";

type ContinueProps = { state: TakeState; initialCode: string; onTake: (code: string) => void; onBack: () => void };

/** Where the code of the other device is typed. */
export function Continue({ state, initialCode, onTake, onBack }: ContinueProps) {
  const { handoff } = useTexts();
  const [typed, setTyped] = useState(initialCode);
  const code = readHandoffCode(typed);
  const fieldId = useId();
  return (
    <PageFrame title={handoff.takeTitle} onBack={onBack}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (code !== undefined && state !== "taking") onTake(code);
        }}
      >
        <p className={styles.hint}>{handoff.takeHint}</p>
        <label className={styles.quiet} htmlFor={fieldId}>
          {handoff.code}
        </label>
        <input
          id={fieldId}
          className={styles.field}
          value={typed}
          placeholder="ABCD-2345"
          maxLength={16}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          autoCorrect="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
        {(state === "unknown" || state === "unreachable") && (
          <p className={styles.failed} role="alert">
            {handoff[state]}
          </p>
        )}
        <button type="submit" className={styles.take} disabled={code === undefined || state === "taking"}>
          {state === "taking" ? handoff.taking : handoff.take}
        </button>
      </form>
    </PageFrame>
  );
}
