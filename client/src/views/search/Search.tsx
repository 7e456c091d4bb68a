import { useEffect, useMemo, useRef, useState } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { searchTitles } from "../../view-model/search.ts";
import { SearchIcon } from "../parts/icons.tsx";
import { PageFrame } from "../parts/PageFrame.tsx";
import { useTexts } from "../use-texts.ts";
import { TitleIcon } from "../home/Tile.tsx";
import styles from "./Search.module.css";

type SearchProps = {
  titles: readonly PublicTitle[];
  initialQuery?: string;
  onPlay: (titleId: string, pressed: Element) => void;
  onBack: () => void;
};

export function Search({ titles, initialQuery = "", onPlay, onBack }: SearchProps) {
  const { search, categories } = useTexts();
  const [query, setQuery] = useState(initialQuery);
  const found = useMemo(() => searchTitles(titles, query, (category) => categories[category]), [titles, query, categories]);
  const field = useRef<HTMLInputElement>(null);
  // Who opens the search wants to type.
  useEffect(() => field.current?.focus(), []);
  const asked = query.trim() !== "";
  return (
    <PageFrame title={search.title} onBack={onBack}>
      <search className={styles.field}>
        <SearchIcon />
        <input
          type="search"
          ref={field}
          autoComplete="off"
          enterKeyHint="search"
          aria-label={search.field}
          placeholder={search.field}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </search>
      <output className={styles.said}>
        {!asked ? search.hint : found.length === 0 ? search.none(query.trim()) : search.found(found.length)}
      </output>
      <ul className={styles.results}>
        {(asked ? found : titles).map((title) => (
          <li key={title.id}>
            <button
              type="button"
              className={styles.result}
              aria-labelledby={`found-${title.id}`}
              disabled={title.availability.state === "unavailable"}
              onClick={(event) => onPlay(title.id, event.currentTarget)}
            >
              <TitleIcon art={title.art} />
              <span className={styles.words} id={`found-${title.id}`}>
                <span className={styles.name}>{title.name}</span>
                <span className={styles.about}>
                  {title.availability.state === "unavailable" ? title.availability.reason : title.summary}
                </span>
                <span className={styles.about}>{categories[title.category]}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </PageFrame>
  );
}
