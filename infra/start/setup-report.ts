// What set-up has to tell, handed over in the environment.

import { SETUP_REPORT_VARIABLE } from "../hand-over.mjs";

export type SetupReport = { notices: string[]; titlesLeftOut: string[] };

export function readSetupReport(environment: Readonly<Record<string, string | undefined>>): SetupReport {
  const text = environment[SETUP_REPORT_VARIABLE];
  return text === undefined ? { notices: [], titlesLeftOut: [] } : (JSON.parse(text) as SetupReport);
}
