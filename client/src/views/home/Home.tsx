import type { Category, HomeView } from "../../view-model/home-view.ts";
import { Wordmark } from "../parts/Mark.tsx";
import { useTexts } from "../use-texts.ts";
import { Cover } from "./Cover.tsx";
import { Hero } from "./Hero.tsx";
import styles from "./Home.module.css";
import { Notice } from "./Notice.tsx";

type HomeProps = {
  view: HomeView;
  onPlay: (titleId: string) => void;
  onLookAt: (titleId: string) => void;
  onCategory: (category: Category | undefined) => void;
  onRetry: () => void;
};

export function Home({ view, onPlay, onLookAt, onCategory, onRetry }: HomeProps) {
  const texts = useTexts();
  return (
    <div className={styles.page}>
      <a className={styles.skip} href="#titles">
        {texts.skipToTitles}
      </a>
      <header className={styles.bar}>
        <Wordmark />
        <p className={styles.tagline}>{texts.home.tagline}</p>
      </header>
      <main>
        {view.is === "ready" ? (
          <>
            <Hero title={view.featured} continues={view.continues} onPlay={onPlay} />
            <section className={styles.shelf} id="titles" aria-label={texts.home.titles} tabIndex={-1}>
              <Categories all={view.categories} chosen={view.chosen} onChoose={onCategory} />
              <ul className={styles.grid}>
                {view.titles.map((title) => (
                  <li key={title.id}>
                    <Cover title={title} onPlay={onPlay} onLookAt={onLookAt} />
                  </li>
                ))}
              </ul>
            </section>
          </>
        ) : (
          <Notice is={view.is} onRetry={onRetry} />
        )}
      </main>
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
