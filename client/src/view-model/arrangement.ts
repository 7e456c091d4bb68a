// How a player arranged the home screen: what is in the dock, and which titles lie in
// which folder. Pure, but for where it is kept. Titles that are gone are kept in their
// place: a machine that has them may come back.

import * as z from "zod/mini";
import { createKept, type Kept, type Shelf } from "./browser-storage.ts";

const TitleId = z.string().check(z.maxLength(64));
const Folder = z.strictObject({
  id: z.string().check(z.maxLength(40)),
  name: z.string().check(z.minLength(1), z.maxLength(30)),
  titleIds: z.array(TitleId).check(z.maxLength(200)),
});
export type Folder = z.infer<typeof Folder>;

export const Arrangement = z.strictObject({
  /** Undefined until the player changes it: then the first titles stand there. */
  dock: z.optional(z.array(TitleId).check(z.maxLength(4))),
  folders: z.array(Folder).check(z.maxLength(40)),
});
export type Arrangement = z.infer<typeof Arrangement>;

export const DOCK_MAX = 4;
export const FOLDER_NAME_MAX = 30;

export const createArrangement = (storage: Shelf | undefined): Kept<Arrangement> =>
  createKept(storage, "nearframe.arrangement", Arrangement, { folders: [] });

/** A full dock lets its last one go. */
export function pinToDock(arrangement: Arrangement, shown: readonly string[], titleId: string): Arrangement {
  if (shown.includes(titleId)) return arrangement;
  return { ...arrangement, dock: [...shown.slice(0, DOCK_MAX - 1), titleId] };
}

export function takeFromDock(arrangement: Arrangement, shown: readonly string[], titleId: string): Arrangement {
  return { ...arrangement, dock: shown.filter((each) => each !== titleId) };
}

/** A title is in one folder at most; an empty folder is no folder. */
export function takeFromFolder(arrangement: Arrangement, titleId: string): Arrangement {
  const folders = arrangement.folders
    .map((folder) => ({ ...folder, titleIds: folder.titleIds.filter((each) => each !== titleId) }))
    .filter(({ titleIds }) => titleIds.length > 0);
  return { ...arrangement, folders };
}

export function putInFolder(arrangement: Arrangement, titleId: string, folderId: string): Arrangement {
  // Taken out first, which may end the folder that it was alone in.
  const wanted = arrangement.folders.find(({ id }) => id === folderId);
  if (!wanted || wanted.titleIds.includes(titleId)) return arrangement;
  const { folders, ...rest } = takeFromFolder(arrangement, titleId);
  return {
    ...rest,
    folders: folders.map((folder) => (folder.id === folderId ? { ...folder, titleIds: [...folder.titleIds, titleId] } : folder)),
  };
}

export function makeFolder(arrangement: Arrangement, titleId: string, name: string, id: string): Arrangement {
  const trimmed = name.trim().slice(0, FOLDER_NAME_MAX);
  if (trimmed === "") return arrangement;
  const { folders, ...rest } = takeFromFolder(arrangement, titleId);
  return { ...rest, folders: [...folders, { id, name: trimmed, titleIds: [titleId] }] };
}

export function renameFolder(arrangement: Arrangement, folderId: string, name: string): Arrangement {
  const trimmed = name.trim().slice(0, FOLDER_NAME_MAX);
  if (trimmed === "") return arrangement;
  const folders = arrangement.folders.map((folder) => (folder.id === folderId ? { ...folder, name: trimmed } : folder));
  return { ...arrangement, folders };
}
