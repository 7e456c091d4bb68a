import { useId, useState } from "react";
import { PROBLEM_KINDS, PROBLEM_NOTE_MAX, type ProblemKind } from "@nearframe/shared/api/problem";
import type { Complaint } from "../../view-model/problem-log.ts";
import type { ProblemState } from "../../view-model/problems.ts";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./ProblemSheet.module.css";

type ProblemSheetProps = { state: ProblemState; onSend: (complaint: Complaint) => void; onClose: () => void };

/** What is wrong, in one press and, for those who care to say, in words; then the number of the report. */
export function ProblemSheet({ state, onSend, onClose }: ProblemSheetProps) {
  const { problem } = useTexts();
  const [kind, setKind] = useState<ProblemKind>();
  const [note, setNote] = useState("");
  const names = useId();
  const noteId = useId();
  if (state.is === "sent") {
    return (
      <Sheet label={problem.sent} onClose={onClose}>
        <output>
          <h1 className={styles.title}>{problem.sent}</h1>
          <p className={styles.hint}>{problem.sentHint}</p>
          <p className={styles.number}>
            {state.problemId.slice(0, 4)}&#8202;-&#8202;{state.problemId.slice(4)}
          </p>
        </output>
        <div className={styles.actions}>
          <Button kind="first" onPress={onClose}>
            {problem.done}
          </Button>
        </div>
      </Sheet>
    );
  }
  const sending = state.is === "sending";
  return (
    <Sheet label={problem.title} onClose={onClose}>
      <h1 className={styles.title}>{problem.title}</h1>
      <fieldset className={styles.kinds} aria-label={problem.what}>
        {PROBLEM_KINDS.map((each) => (
          <label key={each} className={styles.kind}>
            <input type="radio" name={names} checked={each === kind} onChange={() => setKind(each)} />
            <span>{problem.kinds[each]}</span>
          </label>
        ))}
      </fieldset>
      <label className={styles.hint} htmlFor={noteId}>
        {problem.note}
      </label>
      <textarea id={noteId} className={styles.note} rows={3} maxLength={PROBLEM_NOTE_MAX} value={note} onChange={(event) => setNote(event.target.value)} />
      <p className={styles.hint}>{problem.attached}</p>
      {state.is === "failed" && (
        <p className={styles.failed} role="alert">
          {problem.failed[state.why]}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="first" disabled={kind === undefined || sending} onPress={() => kind !== undefined && onSend({ kind, note })}>
          {sending ? problem.sending : problem.send}
        </Button>
        <Button kind="second" onPress={onClose}>
          {problem.cancel}
        </Button>
      </div>
    </Sheet>
  );
}
