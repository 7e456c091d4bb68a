// Opens the storage that the environment chose.

import { openFolderStorage } from "./adapters/folder/folder-storage.ts";
import { createS3Storage } from "./adapters/s3/s3-storage.ts";
import type { ObjectStorage } from "./ports.ts";
import type { StorageChoice } from "./read-storage.ts";

export async function openStorage(choice: StorageChoice): Promise<ObjectStorage> {
  return choice.type === "folder" ? openFolderStorage(choice.folder) : createS3Storage(choice);
}
