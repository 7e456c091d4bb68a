// Which names a title may look up: those that its manifest lists. Pure.

/** A host's name as manifests have it, or with "*." before it all names below that one; none stands for a whole top level. */
export const HOST_NAME = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** `name` in lower case. */
export function isAllowedName(name: string, allowed: readonly string[]): boolean {
  return allowed.some((each) => (each.startsWith("*.") ? name.endsWith(each.slice(1)) && name.length >= each.length : name === each));
}
