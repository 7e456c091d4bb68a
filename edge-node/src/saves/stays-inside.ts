// Whether a link leads to a place in the home that it lies in. Pure.

/** `path` is the link's own, below the home; `target` what it says. */
export function staysInside(path: string, target: string): boolean {
  if (target === "" || target.startsWith("/") || target.includes("\0")) return false;
  let depth = path.split("/").length - 1;
  for (const name of target.split("/")) {
    if (name === "..") depth -= 1;
    else if (name !== "" && name !== ".") depth += 1;
    if (depth < 0) return false;
  }
  return true;
}
