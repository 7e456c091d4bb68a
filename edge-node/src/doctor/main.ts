// `npm run doctor`: what of this host works for a node, what doesn't, and what to do.

import { ConfigError, parseConfig } from "../node/config.ts";
import { EXAMINATIONS, examineHost } from "./examine.ts";
import { describeFindings } from "./finding.ts";

try {
  const config = parseConfig(process.env);
  console.error("Looking at this host as a node would; trying its encoders takes a few seconds.\n");
  const findings = await examineHost(config, EXAMINATIONS, () => undefined);
  console.log(describeFindings(findings));
  process.exit(findings.some(({ verdict }) => verdict === "broken") ? 1 : 0);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(2);
}
