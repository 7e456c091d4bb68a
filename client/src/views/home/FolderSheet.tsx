import { useState } from "react";
import type { FolderView } from "../../view-model/home-view.ts";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./FolderSheet.module.css";
import { Tile, type TileCalls } from "./Tile.tsx";
import { NameForm } from "./TitleSheet.tsx";

type FolderSheetProps = TileCalls & {
  folder: FolderView;
  onRename: (folderId: string, name: string) => void;
  onClose: () => void;
};

export function FolderSheet({ folder, onRename, onClose, ...calls }: FolderSheetProps) {
  const { sheet } = useTexts();
  const [renaming, setRenaming] = useState(false);
  return (
    <Sheet label={folder.name} onClose={onClose}>
      {renaming ? (
        <NameForm
          action={sheet.rename}
          initial={folder.name}
          onName={(name) => {
            setRenaming(false);
            onRename(folder.id, name);
          }}
        />
      ) : (
        <div className={styles.head}>
          <h1 className={styles.name}>{folder.name}</h1>
          <Button kind="quiet" onPress={() => setRenaming(true)}>
            {sheet.rename}
          </Button>
        </div>
      )}
      <ul className={styles.grid}>
        {folder.titles.map((title) => (
          <li key={title.id}>
            <Tile title={title} {...calls} />
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
