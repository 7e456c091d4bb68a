import { createContext, useContext } from "react";
import { en, type Texts } from "../texts/en.ts";

export const TextsContext = createContext<Texts>(en);
export const useTexts = (): Texts => useContext(TextsContext);
