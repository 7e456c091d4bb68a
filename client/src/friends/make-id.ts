export const makeId = (): string => crypto.getRandomValues(new Uint32Array(3)).join("-");
