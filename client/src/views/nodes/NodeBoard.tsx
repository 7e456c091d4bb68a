import { Suspense } from "react";
import type { CheckedNode } from "@nearframe/shared/api/checking";
import type { NodeTexts } from "../../texts/node-texts.ts";
import { BOARD_FILTERS, chooseShown, type BoardFilter, type MyNodes } from "../../view-model/node-board.ts";
import styles from "./Nodes.module.css";
import { placeOf } from "./place.ts";
import { Score, Sparkline } from "./ScoreParts.tsx";
import { WorldMap } from "./WorldMap.tsx";

type NodeBoardProps = {
  nodes: readonly CheckedNode[];
  total: number;
  filter: BoardFilter;
  mine: MyNodes;
  texts: NodeTexts;
  locale: string;
  onFilter: (filter: BoardFilter) => void;
  onNode: (nodeId: string) => void;
};

/** All nodes on a map and in a table, best first. */
export function NodeBoard({ nodes, total, filter, mine, texts, locale, onFilter, onNode }: NodeBoardProps) {
  const shown = chooseShown(nodes, filter, mine);
  return (
    <>
      <p className={styles.lead}>{texts.lead}</p>
      <Suspense fallback={<div className={styles.map} />}>
        <WorldMap nodes={shown} label={texts.map(shown.length)} />
      </Suspense>
      <div className={styles.tools}>
        <fieldset className={styles.filters} aria-label={texts.show}>
          {BOARD_FILTERS.map((each) => (
            <button key={each} type="button" aria-pressed={each === filter} onClick={() => onFilter(each)}>
              {texts.filters[each]}
            </button>
          ))}
        </fieldset>
        <output className={styles.count}>{texts.shown(shown.length, total)}</output>
      </div>
      {shown.length === 0 ? (
        <p className={styles.none}>{filter === "mine" ? texts.noneOf : texts.none}</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{texts.node}</th>
              <th scope="col">{texts.state}</th>
              <th scope="col" className={styles.wide}>{texts.scores.performance}</th>
              <th scope="col" className={styles.wide}>{texts.scores.reliability}</th>
              <th scope="col" className={styles.wide}>{texts.scores.honesty}</th>
              <th scope="col" className={styles.wide}>{texts.trend}</th>
              <th scope="col">{texts.score}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((node) => (
              <Row key={node.id} node={node} mine={mine.includes(node.id)} texts={texts} locale={locale} onNode={onNode} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

type RowProps = { node: CheckedNode; mine: boolean; texts: NodeTexts; locale: string; onNode: (nodeId: string) => void };

function Row({ node, mine, texts, locale, onNode }: RowProps) {
  const { id, name, state, score, trend, quarantine } = node;
  const cell = (value: number | undefined) => <td className={styles.wide}>{value === undefined ? "–" : Math.round(value * 100)}</td>;
  return (
    <tr>
      <th scope="row">
        <button type="button" className={styles.name} onClick={() => onNode(id)}>
          {name}
        </button>
        {mine && <span className={styles.mine}>{texts.mine}</span>}
        <span className={styles.place}>{placeOf(node, locale) ?? texts.nowhere}</span>
      </th>
      <td>
        <span className={styles.state} data-state={quarantine ? "quarantined" : state}>
          {texts.states[quarantine ? "quarantined" : state]}
        </span>
      </td>
      {cell(score?.performance)}
      {cell(score?.reliability)}
      {cell(score?.honesty)}
      <td className={styles.wide}>
        <Sparkline trend={trend} label={texts.trendOf(name)} />
      </td>
      <td>
        <Score value={score?.overall} none={texts.noScore} />
      </td>
    </tr>
  );
}
