import type { ReactNode } from "react";
import type { CheckedNodeDetail } from "@nearframe/shared/api/checking";
import type { NodeTexts } from "../../texts/node-texts.ts";
import { fixesOf, SCORE_PARTS } from "../../view-model/node-board.ts";
import styles from "./Nodes.module.css";
import { placeOf } from "./place.ts";
import { Meter, Score, TrendPlot } from "./ScoreParts.tsx";

type NodeDetailProps = { detail: CheckedNodeDetail; mine: boolean; texts: NodeTexts; locale: string; onMine: () => void };

/** One node: its scores and why, what its host should mend, and every check that was decided. */
export function NodeDetail({ detail, mine, texts, locale, onMine }: NodeDetailProps) {
  const { node } = detail;
  const { score } = node;
  const fixes = fixesOf(detail);
  return (
    <div className={styles.detail}>
      <header className={styles.about}>
        <div>
          <h2 className={styles.nodeName}>{node.name}</h2>
          <p className={styles.place}>
            {placeOf(node, locale) ?? texts.nowhere} · {texts.states[node.quarantine ? "quarantined" : node.state]}
          </p>
          <label className={styles.own}>
            <input type="checkbox" checked={mine} onChange={onMine} /> {texts.markMine(node.name)}
          </label>
        </div>
        <Score value={score?.overall} none={texts.noScore} />
      </header>
      {node.quarantine && (
        <section className={styles.alarm} aria-label={texts.quarantine}>
          <h3>
            {texts.quarantine}: {texts.faults[node.quarantine.fault]}
          </h3>
          <p>{node.quarantine.reason}</p>
          <p>{texts.quarantineHint(node.quarantine.clears, node.quarantine.clearsNeeded)}</p>
          {node.appeal && <p>{texts.appealed[node.appeal.state]}</p>}
        </section>
      )}
      <Part title={texts.toFix}>
        {fixes.length === 0 ? (
          <p>{texts.nothingToFix}</p>
        ) : (
          <ol className={styles.fixes}>
            {fixes.map(({ fault, times, advice }) => (
              <li key={fault}>
                <p className={styles.fix}>
                  {texts.faults[fault]} <small>{texts.times(times)}</small>
                </p>
                <p>{advice}</p>
              </li>
            ))}
          </ol>
        )}
      </Part>
      {score && (
        <Part title={texts.why}>
          <div className={styles.meters}>
            {SCORE_PARTS.map((part) => (
              <Meter key={part} name={texts.scores[part]} value={score[part]} meaning={texts.meaning[part]} />
            ))}
          </div>
          {score.reasons.length === 0 ? <p>{texts.noReasons}</p> : <ul className={styles.reasons}>{score.reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>}
          {/* Of a penalty it stands beside that. */}
          {!node.quarantine && node.appeal && <p>{texts.appealed[node.appeal.state]}</p>}
          <TrendPlot trend={node.trend} texts={texts} label={texts.trendOf(node.name)} />
        </Part>
      )}
      {detail.suspicions.length > 0 && (
        <Part title={texts.suspected}>
          <ul className={styles.reasons}>
            {detail.suspicions.map(({ fault, epochs }) => (
              <li key={fault}>
                {texts.faults[fault]} · {epochs.map(texts.epoch).join(", ")}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={texts.history}>
        <History verdicts={detail.verdicts} texts={texts} locale={locale} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h3 className={styles.partTitle}>{title}</h3>
      {children}
    </section>
  );
}

function History({ verdicts, texts, locale }: { verdicts: CheckedNodeDetail["verdicts"]; texts: NodeTexts; locale: string }) {
  if (verdicts.length === 0) return <p>{texts.noHistory}</p>;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      <p className={styles.verify}>
        {texts.verify} <code>npm run verify -- --epoch {verdicts[0]?.epoch}</code>
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{texts.when}</th>
            <th scope="col">{texts.check}</th>
            <th scope="col">{texts.outcome}</th>
            <th scope="col" className={styles.wide}>{texts.evidence}</th>
          </tr>
        </thead>
        <tbody>
          {verdicts.map(({ epoch, taskId, atMs, kind, check, outcome, faults, reports, overturned }) => (
            <tr key={`${epoch} ${taskId}`}>
              <td className={styles.when}>{time.format(atMs)}</td>
              <td>
                {texts.checks[check]}
                {kind === "penalty" && <span className={styles.place}>{texts.penalty}</span>}
              </td>
              <td>
                <span className={styles.outcome} data-outcome={outcome}>{texts.outcomes[outcome]}</span>
                {faults.length > 0 && <span className={styles.place}>{faults.map((fault) => texts.faults[fault]).join(", ")}</span>}
                {overturned && <span className={styles.place}>{texts.overturned}</span>}
              </td>
              <td className={styles.wide}>
                <a href={`/api/checking/epochs/${epoch}`}>{texts.epoch(epoch)}</a>
                <span className={styles.place}>{texts.reports(reports)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
