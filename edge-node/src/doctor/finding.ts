// What the doctor found out about one part of a host, and how it is told. Pure.

export type Verdict =
  /** As it should be. */
  | "works"
  /** A node runs without it, and does less. */
  | "limited"
  /** A node can't run without it. */
  | "broken";

export type Finding = {
  part: string;
  verdict: Verdict;
  /** What is there, or what is wrong, in one sentence. */
  what: string;
  /** What to do about it. */
  remedy?: string;
  /** Debian packages that bring what is missing. */
  packages?: readonly string[];
};

const MARKS: Readonly<Record<Verdict, string>> = { works: "ok", limited: "!!", broken: "NO" };

export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const indent = " ".repeat(width + 6);
  const lines = findings.flatMap(({ part, verdict, what, remedy }) => [
    `${MARKS[verdict]}  ${part.padEnd(width)}  ${what}`,
    ...(remedy === undefined ? [] : [`${indent}-> ${remedy}`]),
  ]);
  const packages = [...new Set(findings.flatMap((finding) => finding.packages ?? []))].toSorted();
  const install = packages.length === 0 ? [] : ["", `To install what is missing:  apt-get install ${packages.join(" ")}`];
  return [...lines, ...install, "", conclude(findings)].join("\n");
}

function conclude(findings: readonly Finding[]): string {
  const broken = findings.filter(({ verdict }) => verdict === "broken").map(({ part }) => part);
  if (broken.length > 0) return `This host can't run a node yet: ${broken.join(", ")}.`;
  const limited = new Set(findings.filter(({ verdict }) => verdict === "limited").map(({ part }) => part));
  return limited.size === 0
    ? "This host can run a node, with everything."
    : `This host can run a node. Parts that are marked !! lack something: ${[...limited].join(", ")}.`;
}
