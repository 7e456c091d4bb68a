import { useCallback, useState } from "react";
import { CheckedNodeDetail, CheckedNodeList, CHECKED_NODES_LISTED_MAX } from "@nearframe/shared/api/checking";
import type { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { nodeTexts, type NodeTexts } from "../../texts/node-texts.ts";
import { browserTimers } from "../../timers.ts";
import type { App } from "../../view-model/app.ts";
import { createMyNodes, toggleMine, type BoardFilter } from "../../view-model/node-board.ts";
import { createPolled, type Polled } from "../../view-model/polled.ts";
import { constant } from "../../behavior.ts";
import { PageFrame } from "../parts/PageFrame.tsx";
import { useBehavior } from "../use-behavior.ts";
import { useModel } from "../use-model.ts";
import { useTexts } from "../use-texts.ts";
import { NodeBoard } from "./NodeBoard.tsx";
import { NodeDetail } from "./NodeDetail.tsx";
import styles from "./Nodes.module.css";

/** Scores move with each epoch, which is minutes. */
const READ_EVERY_MS = 30_000;
const BOARD_PATH = `/api/checking/nodes?limit=${CHECKED_NODES_LISTED_MAX}`;

type NodesPageProps = { app: App; nodeId: string | undefined; onNode: (nodeId: string) => void; onBack: () => void };

/** Who plays host to everybody, and how well: the board, or one node of it. */
export default function NodesPage({ app, nodeId, onNode, onBack }: NodesPageProps) {
  const { locale } = useTexts();
  const texts = nodeTexts(locale);
  const [myNodes] = useState(() => createMyNodes(app.storage));
  const mine = useBehavior(myNodes.value);
  const [filter, setFilter] = useState<BoardFilter>(mine.length > 0 ? "mine" : "all");
  return (
    <PageFrame title={texts.title} onBack={onBack}>
      {nodeId === undefined ? (
        <Read path={BOARD_PATH} schema={CheckedNodeList} texts={texts}>
          {({ nodes, total }) => (
            <NodeBoard nodes={nodes} total={total} filter={filter} mine={mine} texts={texts} locale={locale} onFilter={setFilter} onNode={onNode} />
          )}
        </Read>
      ) : (
        <Read path={`/api/checking/nodes/${encodeURIComponent(nodeId)}`} schema={CheckedNodeDetail} texts={texts}>
          {(detail) => (
            <NodeDetail
              detail={detail} mine={mine.includes(nodeId)} texts={texts} locale={locale}
              onMine={() => myNodes.change((now) => toggleMine(now, nodeId))}
            />
          )}
        </Read>
      )}
    </PageFrame>
  );
}

type ReadProps<S extends z.ZodMiniType> = { path: string; schema: S; texts: NodeTexts; children: (value: z.output<S>) => React.ReactNode };
const LOADING = constant<Polled<never>>({ is: "loading" });

/** What the server says at an address, again and again. */
function Read<S extends z.ZodMiniType>({ path, schema, texts, children }: ReadProps<S>) {
  const create = useCallback(
    (scope: Scope) =>
      createPolled<z.output<S>>(scope, {
        everyMs: READ_EVERY_MS,
        timers: browserTimers,
        random: Math.random,
        async read(signal) {
          const response = await fetch(path, { signal, headers: { accept: "application/json" } });
          if (response.status === 404) return undefined;
          if (!response.ok) throw new Error(`the server answered ${response.status}`);
          return z.parse(schema, await response.json());
        },
      }),
    [path, schema],
  );
  const state = useBehavior<Polled<z.output<S>>>(useModel(create) ?? LOADING);
  switch (state.is) {
    case "ready":
      return children(state.value);
    case "loading":
      return <output className={styles.none}>{texts.reading}</output>;
    case "missing":
      return <output className={styles.none}>{texts.unknownNode}</output>;
    case "unreachable":
      return (
        <output className={styles.none}>
          {texts.unreachable} {texts.unreachableHint}
        </output>
      );
  }
}
