import { useId, useState } from "react";
import { RATED_PARTS, type RatedPart, type Rating } from "@nearframe/shared/api/rating";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./RatingSheet.module.css";

type RatingSheetProps = { titleName: string; onSend: (rating: Rating) => void; onClose: () => void };

const STARS = [1, 2, 3, 4, 5] as const;

/** How it was: as a whole first; picture, sound and control for those who care to say. */
export function RatingSheet({ titleName, onSend, onClose }: RatingSheetProps) {
  const { rating } = useTexts();
  const [stars, setStars] = useState<Partial<Record<RatedPart, number>>>({});
  const { overall } = stars;
  const shown = overall === undefined ? RATED_PARTS.slice(0, 1) : RATED_PARTS;
  return (
    <Sheet label={rating.title(titleName)} onClose={onClose}>
      <h1 className={styles.title}>{rating.title(titleName)}</h1>
      {shown.map((part) => (
        <Stars key={part} label={rating.parts[part]} chosen={stars[part]} onChoose={(count) => setStars({ ...stars, [part]: count })} />
      ))}
      <div className={styles.actions}>
        <Button kind="first" disabled={overall === undefined} onPress={() => overall !== undefined && onSend({ ...stars, overall })}>
          {rating.send}
        </Button>
        <Button kind="second" onPress={onClose}>
          {rating.later}
        </Button>
      </div>
    </Sheet>
  );
}

type StarsProps = { label: string; chosen: number | undefined; onChoose: (stars: number) => void };

function Stars({ label, chosen, onChoose }: StarsProps) {
  const { rating } = useTexts();
  const name = useId();
  return (
    <fieldset className={styles.part}>
      <legend>{label}</legend>
      <div className={styles.stars}>
        {STARS.map((count) => (
          <label key={count} className={styles.star} data-lit={chosen !== undefined && count <= chosen}>
            <input
              type="radio"
              name={name}
              checked={count === chosen}
              aria-label={rating.stars(count)}
              onChange={() => onChoose(count)}
            />
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M12 2.8 14.8 8.8 21.3 9.6 16.5 14.1 17.8 20.5 12 17.3 6.2 20.5 7.5 14.1 2.7 9.6 9.2 8.8z" />
            </svg>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
