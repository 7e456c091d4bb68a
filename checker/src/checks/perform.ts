// Which function performs which kind of check.

import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { Observation } from "@nearframe/shared/checking/observation";
import type { Scope } from "@nearframe/shared/lifetime";
import { performCapacity } from "./capacity.ts";
import { performLiveness } from "./liveness.ts";
import { performLocation } from "./location.ts";
import type { CheckPorts } from "./ports.ts";
import { performRegistration } from "./registration.ts";
import { performPlay } from "./simulated-player.ts";

/** Rejects with a `CheckVoidError` where the check says nothing about the node. */
export function perform(assignment: Assignment, ports: CheckPorts, scope: Scope): Promise<Observation> {
  switch (assignment.kind) {
    case "simulated-player":
      return performPlay(assignment, ports, scope);
    case "liveness":
      return performLiveness(assignment, ports, scope);
    case "capacity":
      return performCapacity(assignment, ports, scope);
    case "registration":
      return performRegistration(assignment, ports, scope);
    case "location":
      return performLocation(assignment, ports, scope);
  }
}
