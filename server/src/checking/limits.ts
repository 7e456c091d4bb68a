// How checking is paced and bounded. The reasons stand beside the numbers.

import type { CheckKind } from "@nearframe/shared/checking/observation";

/** A verdict every quarter of an hour: what a node is credited by, and what a host can wait for. */
export const EPOCH_MS = 15 * 60_000;
/** Of an epoch; in the rest reports are opened. Within it everybody has a dozen tries to be heard. */
export const SEALING_SHARE = 0.85;
/** Poisson: a node that stands by can be played by a checker at any moment (network-procedures, 4.2). */
export const PLAY_MEAN_MS = 2 * 3_600_000;
export const CAPACITY_MEAN_MS = 24 * 3_600_000;
/** At the latest. */
export const CAPACITY_MAX_MS = 36 * 3_600_000;
/** A codec that was claimed and did not play: its host may have mended it. */
export const CODEC_AGAIN_MS = 24 * 3_600_000;
/** After the picture has settled: as long as the criteria's shares say something, and no longer than a slot is worth. */
export const WATCH_MS = 10_000;

/** What each kind takes at most, connecting included; then somebody else is asked. */
export const WORK_MS: Readonly<Record<CheckKind, number>> = {
  "simulated-player": 90_000,
  liveness: 30_000,
  capacity: 120_000,
  registration: 180_000,
  location: 60_000,
};
/** What each takes at least, a play's watching not counted: later it is not begun. */
export const WORK_MS_MIN: Readonly<Record<CheckKind, number>> = {
  "simulated-player": 5_000,
  liveness: 1_000,
  capacity: 10_000,
  registration: 10_000,
  location: 5_000,
};

/** A checker whose link was cut may come back before others do its work. */
export const CHECKER_GRACE_MS = 15_000;
/** Its home tells of it this often, to whoever is the referee now. */
export const PRESENT_EVERY_MS = 5_000;
/** One decoder a core and two cores a checker's machine: more at once would measure the machine. */
export const TASKS_PER_CHECKER_AT_ONCE = 1;
/** Plays and benchmarks: of several plays at once each would slow the other, tell the node that they are checks, and take its players' slots. */
export const LOADS_PER_NODE_AT_ONCE = 1;

export const CHECKERS_PER_SERVER_MAX = 10_000;
export const TASKS_PER_EPOCH_MAX = 10_000;
/** However few checkers there are: what they don't get to stays undecided. */
export const TASKS_PER_EPOCH_MIN = 8;
/** A committee's work, in one checker's time: what an epoch plans no more of than there are checkers for. */
export const TASK_COST_MS = 5 * 20_000;

export const CHECKER_MESSAGES_PER_SECOND_MAX = 20;
/** Of one checker to one node of its task. */
export const NODE_CALLS_OUTSTANDING_MAX = 8;
export const NODE_CALL_MS = 120_000;

/** How long what was published can be had: appeals are monthly. */
export const EPOCHS_KEPT_MS = 32 * 24 * 3_600_000;
/** Answered knocks count in no score, and are nine of ten verdicts: more than a node's page shows of them stands only in what was published. */
export const KNOCKS_KEPT_MS = 3 * 24 * 3_600_000;
export const VERDICTS_KEPT_MS = 30 * 24 * 3_600_000;
/** So many clear verdicts after one another bring a node back. */
export const CLEARS_TO_RETURN = 3;
/** A suspicion that no penalty committee could be found for is forgotten. */
export const SUSPICION_KEPT_MS = 7 * 24 * 3_600_000;
/** "At least two wrong ones in a week: no more tasks for a month" (network-procedures, 4.1). */
export const ERRORS_TO_BAN = 2;
export const ERRORS_KEPT_MS = 7 * 24 * 3_600_000;
export const BAN_MS = 30 * 24 * 3_600_000;
/** A machine that stands still in so many checks of a day is left out for a while: each void cost a check its time. */
export const VOIDS_TO_REST = 3;
export const VOIDS_KEPT_MS = 24 * 3_600_000;
export const REST_MS = 3_600_000;
export const REST_MS_MAX = 12 * 3_600_000;
/** A host who asks again and again would keep every checker busy. */
export const APPEAL_EVERY_MS = 24 * 3_600_000;
