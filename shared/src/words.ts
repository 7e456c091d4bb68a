// zod/mini brings no sentences of its own; these are zod's English ones, handed
// to each parse so that no module has to be loaded for its side effects.

import { en } from "zod/locales";

export const WORDS = { error: en().localeError };
