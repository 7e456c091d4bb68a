import { randomInt } from "node:crypto";
import { CODE_LENGTH, CODE_LETTERS } from "@nearframe/shared/friends/roles";

/** Each letter drawn evenly, by the system's own randomness. */
export const makeShareCode = (): string => Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
