// `node tests/checking/weeks/main.ts [weeks] [first]`, by the Node.js in node_modules/.bin: how often honest nodes are punished,
// and cheats found. A week takes a tenth of a second; parts of many weeks may run beside each other, each from its `first`.

import { simulateWeeks, type Rate, type WeeksResult } from "./weeks.ts";
import { NODE_KINDS } from "./world.ts";

const SEED = 20_261_122;
const WEEKS = Number(process.argv[2] ?? 10_000);
const FIRST = Number(process.argv[3] ?? 0);
const TOLD_EVERY = 100;
const CHEAT_WEEKS = Math.min(WEEKS, 200);

const percent = (share: number) => `${(share * 100).toFixed(share < 0.01 ? 3 : 1)} %`;
const show = ({ count, of, low, high }: Rate) => `${count} of ${of} (${percent(low)} to ${percent(high)})`;
const line = (name: string, { penalised, found, foundAfterHours, penalisedAfterHours, penalties }: WeeksResult) =>
  `| ${name} | ${show(found)} | ${foundAfterHours ?? "-"} | ${show(penalised)} | ${penalisedAfterHours ?? "-"} | ${Object.keys(penalties).join(", ") || "-"} |`;

console.log("| node, checkers | a fault found | after hours | punished | after hours | for |\n| --- | --- | --- | --- | --- | --- |");
const honest = {
  nodeKind: "honest" as const, weeks: WEEKS, first: FIRST, seed: SEED, friend: false,
  onWeek: (done: number, penalised: number) => void (done % TOLD_EVERY === 0 && console.error(`${done} weeks of honest nodes, ${penalised} punished`)),
};
console.log(line("honest, 5 % of checkers lazy", simulateWeeks({ ...honest, lazyShare: 0.05, colludingShare: 0 })));
console.log(line("honest, and 20 % of checkers slander it", simulateWeeks({ ...honest, seed: SEED + 1, lazyShare: 0.05, colludingShare: 0.2 })));
for (const nodeKind of NODE_KINDS.filter((kind) => kind !== "honest")) {
  const options = { nodeKind, weeks: CHEAT_WEEKS, seed: SEED + 2, lazyShare: 0.05 };
  console.log(line(nodeKind, simulateWeeks({ ...options, colludingShare: 0, friend: false })));
  console.log(line(`${nodeKind}, 20 % of checkers its friends`, simulateWeeks({ ...options, colludingShare: 0.2, friend: true })));
}
