import { useEffect, useLayoutEffect, useState, type ReactNode } from "react";
import type { Behavior } from "../behavior.ts";
import { loadTexts } from "../texts/load-texts.ts";
import type { Texts } from "../texts/en.ts";
import { chooseLanguage, type Settings } from "../view-model/settings.ts";
import { useBehavior } from "./use-behavior.ts";
import { TextsContext } from "./use-texts.ts";

type LocalizedProps = { settings: Behavior<Settings>; initial: Texts; children: ReactNode };

/** Everything below speaks the player's language, and changes it while it is on the screen. */
export function Localized({ settings, initial, children }: LocalizedProps) {
  const language = chooseLanguage(useBehavior(settings).language, navigator.languages);
  const [texts, setTexts] = useState(initial);
  useEffect(() => {
    let wanted = true;
    void loadTexts(language).then((loaded) => wanted && setTexts(loaded));
    return () => void (wanted = false);
  }, [language]);
  useLayoutEffect(() => {
    // With the words, not after them: screen readers choose their voice by it, browsers their letters.
    document.documentElement.lang = texts.locale;
  }, [texts]);
  return <TextsContext value={texts}>{children}</TextsContext>;
}
