import { useState, type CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { Folder } from "../../view-model/arrangement.ts";
import type { DeviceFacts } from "../../view-model/device-facts.ts";
import type { Category, HomeView, Resume } from "../../view-model/home-view.ts";
import type { Page } from "../../view-model/route.ts";
import { useFocusMoves } from "../use-focus-moves.ts";
import { useTexts } from "../use-texts.ts";
import { Clock } from "./Clock.tsx";
import { Dock } from "./Dock.tsx";
import { FolderSheet } from "./FolderSheet.tsx";
import { Hero } from "./Hero.tsx";
import styles from "./Home.module.css";
import { Notice } from "./Notice.tsx";
import { ResumeCard } from "./ResumeCard.tsx";
import { SavesCard } from "./SavesCard.tsx";
import { StatusBar, type Line } from "./StatusBar.tsx";
import { FolderTile, Tile } from "./Tile.tsx";
import { TitleSheet, type TitleSheetCalls } from "./TitleSheet.tsx";

export type HomeProps = Omit<TitleSheetCalls, "onClose"> & {
  view: HomeView;
  line: Line;
  facts: DeviceFacts;
  folders: readonly Folder[];
  /** A clock that stands, for pictures. */
  now?: Date;
  onLookAt: (titleId: string) => void;
  onCategory: (category: Category | undefined) => void;
  onRenameFolder: (folderId: string, name: string) => void;
  onPage: (page: Page) => void;
  onRetry: () => void;
  onSaves: (titleId: string) => void;
};

type Open = { sheet: "title"; titleId: string } | { sheet: "folder"; folderId: string } | undefined;

/** The home screen: a phone's when held, a console's on a large screen. */
export function Home({ view, line, facts, now, ...calls }: HomeProps) {
  const texts = useTexts();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  useFocusMoves(close);
  const tileCalls = {
    onPlay: calls.onPlay,
    onLookAt: calls.onLookAt,
    onAbout: (titleId: string) => setOpen({ sheet: "title", titleId }),
  };
  return (
    <div className={styles.page}>
      {view.is === "ready" && <Wallpaper key={view.featured.id} art={view.featured.art} />}
      <a className={styles.skip} href="#titles">
        {texts.skipToTitles}
      </a>
      <header className={styles.bar}>
        <StatusBar line={line} facts={facts} />
      </header>
      <aside className={styles.clock} aria-label={texts.home.clock}>
        <Clock {...(now ? { now } : {})} />
      </aside>
      {view.is !== "ready" ? (
        <main className={styles.notice}>
          <Notice is={view.is} onRetry={calls.onRetry} />
        </main>
      ) : (
        <>
          <main className={styles.main}>
            <div className={styles.hero}>
              <Hero
                title={view.featured}
                continues={continues(view.resume, view.featured)}
                onPlay={calls.onPlay}
                onAbout={tileCalls.onAbout}
              />
            </div>
            {view.resume && (
              <div className={styles.resume}>
                <ResumeCard resume={view.resume} onPlay={calls.onPlay} />
              </div>
            )}
            {view.parted.length > 0 && (
              <div className={styles.parted}>
                {view.parted.map((title) => (
                  <SavesCard key={title.id} title={title} onOpen={calls.onSaves} />
                ))}
              </div>
            )}
            <section className={styles.shelf} id="titles" aria-label={texts.home.titles} tabIndex={-1}>
              <Categories all={view.categories} chosen={view.chosen} onChoose={calls.onCategory} />
              <ul className={styles.grid}>
                {view.tiles.map((tile) =>
                  tile.kind === "title" ? (
                    <li key={tile.title.id}>
                      <Tile title={tile.title} {...tileCalls} />
                    </li>
                  ) : (
                    <li key={tile.folder.id}>
                      <FolderTile folder={tile.folder} onOpen={(folderId) => setOpen({ sheet: "folder", folderId })} />
                    </li>
                  ),
                )}
              </ul>
            </section>
          </main>
          <div className={styles.dock}>
            <Dock titles={view.dock} onPage={calls.onPage} {...tileCalls} />
          </div>
          <OpenSheet open={open} view={view} onClose={close} calls={calls} tileCalls={tileCalls} />
        </>
      )}
    </div>
  );
}

const continues = (resume: Resume | undefined, title: PublicTitle) =>
  resume?.kept === true && resume.title.id === title.id && (resume.elsewhere ? "elsewhere" : "kept");

type OpenSheetProps = {
  open: Open;
  view: Extract<HomeView, { is: "ready" }>;
  onClose: () => void;
  calls: Omit<HomeProps, "view" | "line" | "facts" | "now">;
  tileCalls: { onPlay: HomeProps["onPlay"]; onLookAt: (titleId: string) => void; onAbout: (titleId: string) => void };
};

function OpenSheet({ open, view, onClose, calls, tileCalls }: OpenSheetProps) {
  if (!open) return null;
  if (open.sheet === "folder") {
    const tile = view.tiles.find((each) => each.kind === "folder" && each.folder.id === open.folderId);
    // Its last title was just taken out of it.
    if (tile?.kind !== "folder") return null;
    return <FolderSheet folder={tile.folder} onRename={calls.onRenameFolder} onClose={onClose} {...tileCalls} />;
  }
  const known = [...view.tiles.flatMap((tile) => (tile.kind === "title" ? [tile.title] : tile.folder.titles)), ...view.dock];
  const title = known.find(({ id }) => id === open.titleId);
  if (!title) return null;
  return (
    <TitleSheet
      title={title}
      continues={continues(view.resume, title)}
      pinned={view.dock.some(({ id }) => id === title.id)}
      folders={calls.folders}
      onPlay={calls.onPlay}
      onPin={calls.onPin}
      onFolder={calls.onFolder}
      onShare={calls.onShare}
      onClose={onClose}
    />
  );
}

/** The picture of what is looked at, behind everything. A new one fades in over the last. */
function Wallpaper({ art }: { art: { hero: string; accent: string } }) {
  return (
    <div className={styles.wallpaper} style={{ "--accent": art.accent } as CSSProperties} aria-hidden="true">
      <img src={art.hero} alt="" fetchPriority="high" />
    </div>
  );
}

type CategoriesProps = {
  all: readonly Category[];
  chosen: Category | undefined;
  onChoose: (category: Category | undefined) => void;
};

function Categories({ all, chosen, onChoose }: CategoriesProps) {
  const texts = useTexts();
  const choices = [undefined, ...all] as const;
  return (
    <fieldset className={styles.categories} aria-label={texts.home.categories}>
      {choices.map((category) => (
        <button
          key={category ?? "all"}
          type="button"
          className={styles.category}
          aria-pressed={category === chosen}
          onClick={() => onChoose(category)}
        >
          {category === undefined ? texts.home.all : texts.categories[category]}
        </button>
      ))}
    </fieldset>
  );
}
