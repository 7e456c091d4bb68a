// Finds the program that a title needs, or says in one sentence how to get it.

import type { Title } from "@nearframe/shared/title/manifest";
import { commandFolders, findCommand } from "../process/find-command.ts";
import { CommandMissingError } from "../session/ports.ts";

/** Looks in the title's own folder, then where the machine keeps programs. */
export async function findTitleCommand(title: Title, command: string): Promise<string> {
  const found = await findCommand(command, [title.folder, ...commandFolders()]);
  if (found) return found;
  const { name, packages } = title.manifest;
  const remedy = packages
    ? `Install it with: apt-get install ${packages.join(" ")}`
    : "Put it into the title's folder or on the node's PATH.";
  throw new CommandMissingError(`"${name}" needs the program "${command}", which is not on this node. ${remedy}`);
}
