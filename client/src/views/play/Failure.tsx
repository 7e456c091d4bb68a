import { useEffect, useRef } from "react";
import type { FailureAction, FailureView } from "../../view-model/failure.ts";
import { Button } from "../parts/Button.tsx";
import { Mark } from "../parts/Mark.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Failure.module.css";

type FailureProps = { view: FailureView; art: string | undefined; onAction: (action: FailureAction) => void; onProblem: () => void };

/** The end of a session: what happened, whose matter it is, what to do next. */
export function Failure({ view, art, onAction, onProblem }: FailureProps) {
  const { failure } = useTexts();
  const words: Record<FailureAction, string> = {
    again: failure.again, "play-again": failure.playAgain, "take-over": failure.takeOver, reload: failure.reload, others: failure.others,
  };
  const actions = useRef<HTMLDivElement>(null);
  // The picture that had the focus is gone; without this the keyboard starts at the page's top.
  useEffect(() => actions.current?.querySelector("button")?.focus(), []);
  return (
    <section className={styles.page} aria-labelledby="failure-title">
      {art && <img className={styles.art} src={art} alt="" />}
      <div className={styles.card} role="alert">
        <p className={styles.bearer}>
          <Mark size={22} />
          {view.bearer && failure.bearer[view.bearer]}
        </p>
        <h1 className={styles.title} id="failure-title">
          {view.title}
        </h1>
        <p className={styles.happened}>{view.happened}</p>
        <p className={styles.next}>{view.next}</p>
        <div className={styles.actions} ref={actions}>
          {view.actions.map((action, i) => (
            <Button key={action} kind={i === 0 ? "first" : "second"} onPress={() => onAction(action)}>
              {words[action]}
            </Button>
          ))}
        </div>
        {view.bearer && (
          <button type="button" className={styles.report} onClick={onProblem}>
            {failure.report}
          </button>
        )}
        {view.bearer && (
          <details className={styles.detail}>
            <summary>{failure.detail}</summary>
            <code>
              {view.code}
              {view.detail === undefined ? "" : `: ${view.detail}`}
            </code>
          </details>
        )}
      </div>
    </section>
  );
}
