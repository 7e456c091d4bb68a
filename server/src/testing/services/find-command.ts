import { access, constants } from "node:fs/promises";
import path from "node:path";

/** Looks in `folders` first, then where a shell would. Rejects with what to install. */
export async function findCommand(name: string, folders: readonly string[]): Promise<string> {
  for (const folder of [...folders, ...(process.env["PATH"] ?? "").split(path.delimiter)]) {
    const file = path.join(folder, name);
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file;
  }
  throw new Error(`${name} is not here: \`npm test\` installs what the tests need`);
}
