// The texts of a language. English comes with the page; any other is fetched when it is
// somebody's.

import type { Language } from "../view-model/settings.ts";
import { en, type Texts } from "./en.ts";

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => en,
  zh: async () => (await import("./zh.ts")).zh,
};

export async function loadTexts(language: Language): Promise<Texts> {
  try {
    return await LOADERS[language]();
  } catch (error) {
    console.warn(`nearframe: the texts for ${language} could not be fetched; English serves instead:`, error);
    return en;
  }
}
