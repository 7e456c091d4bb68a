import type { ReactNode } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { Page } from "../../view-model/route.ts";
import { GearIcon, RecentsIcon, SearchIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Dock.module.css";
import { Tile, type TileCalls } from "./Tile.tsx";

type DockProps = TileCalls & { titles: readonly PublicTitle[]; onPage: (page: Page) => void };

/** What is always at the thumb: the player's own titles, then search, recents and settings. */
export function Dock({ titles, onPage, ...calls }: DockProps) {
  const { home, nav } = useTexts();
  return (
    <nav className={styles.dock} aria-label={home.dock}>
      {titles.length > 0 && (
        <ul className={styles.titles}>
          {titles.map((title) => (
            <li key={title.id}>
              <Tile title={title} bare {...calls} />
            </li>
          ))}
        </ul>
      )}
      <div className={styles.pages}>
        <button type="button" className={styles.search} onClick={() => onPage("search")}>
          <SearchIcon />
          <span>{nav.search}</span>
        </button>
        <PageButton label={nav.recents} icon={<RecentsIcon />} onPress={() => onPage("recents")} />
        <PageButton label={nav.settings} icon={<GearIcon />} onPress={() => onPage("settings")} />
      </div>
    </nav>
  );
}

type PageButtonProps = { label: string; icon: ReactNode; onPress: () => void };

function PageButton({ label, icon, onPress }: PageButtonProps) {
  return (
    <button type="button" className={styles.page} aria-label={label} title={label} onClick={onPress}>
      {icon}
    </button>
  );
}
