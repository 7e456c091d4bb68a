// `node tests/checking/weeks/main.ts`, by the Node.js in node_modules/.bin: how often honest nodes are punished, and cheats found.
// A week takes a tenth of a second; parts of many weeks may run beside each other, each from its `--first`.

import { parseArgs } from "node:util";
import { CHECKERS, simulateWeeks, type Rate, type WeeksResult } from "./weeks.ts";
import { NODE_KINDS, type NodeKind } from "./world.ts";

const SEED = 20_261_122;
const LAZY = 3;
const COLLUDING = 12;
const TOLD_EVERY = 100;

const { values } = parseArgs({
  options: { weeks: { type: "string", default: "10000" }, "cheat-weeks": { type: "string", default: "1000" }, first: { type: "string", default: "0" }, only: { type: "string", default: "" } },
});
const [weeks, cheatWeeks, first] = [Number(values.weeks), Number(values["cheat-weeks"]), Number(values.first)];
if (![weeks, cheatWeeks, first].every((count) => Number.isInteger(count) && count >= 0)) {
  console.error("main.ts [--weeks N, of honest nodes] [--cheat-weeks N, of each cheat] [--first N] [--only WORDS, of the row's name]");
  process.exit(1);
}

type Row = { name: string; weeks: number; nodeKind: NodeKind; colluding: number; friend: boolean; seed: number };
const others = `${COLLUDING} of ${CHECKERS} checkers`;
const rows: Row[] = [
  { name: "honest, no colluders", weeks, nodeKind: "honest", colluding: 0, friend: false, seed: SEED },
  { name: `honest, and ${others} slander it`, weeks, nodeKind: "honest", colluding: COLLUDING, friend: false, seed: SEED + 1 },
  ...NODE_KINDS.filter((kind) => kind !== "honest").flatMap((nodeKind) => [
    { name: nodeKind, weeks: cheatWeeks, nodeKind, colluding: 0, friend: false, seed: SEED + 2 },
    { name: `${nodeKind}, ${others} its friends`, weeks: cheatWeeks, nodeKind, colluding: COLLUDING, friend: true, seed: SEED + 2 },
  ]),
];

const percent = (share: number) => `${(share * 100).toFixed(share < 0.01 ? 3 : 1)} %`;
const show = ({ count, of, low, high }: Rate) => (of === 0 ? "-" : `${count} of ${of} (${percent(low)} to ${percent(high)})`);
const line = (name: string, { penalised, found, foundAfterHours, penalisedAfterHours, penalties, banned }: WeeksResult) =>
  `| ${name} | ${show(found)} | ${foundAfterHours ?? "-"} | ${show(penalised)} | ${penalisedAfterHours ?? "-"} | ${Object.keys(penalties).join(", ") || "-"} | ${show(banned.colluding)} | ${show(banned.lazy)} | ${show(banned.honest)} |`;

console.log(`Weeks from ${first} on; ${LAZY} of ${CHECKERS} checkers are lazy.\n`);
console.log("| node, checkers | a fault found | after hours | punished | after hours | for | colluders banned | lazy banned | honest banned |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const { name, ...row } of rows.filter((each) => each.name.includes(values.only))) {
  const onWeek = (done: number, penalised: number) => void (done % TOLD_EVERY === 0 && console.error(`${name}: ${done} weeks, ${penalised} punished`));
  console.log(line(name, simulateWeeks({ ...row, first, lazy: LAZY, onWeek })));
}
