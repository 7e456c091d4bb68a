import { friendsEn, type FriendsTexts } from "../../texts/friends-en.ts";
import { friendsZh } from "../../texts/friends-zh.ts";
import { useTexts } from "../use-texts.ts";

/** Both are small and fetched with the first friend, so nobody waits for the one of their language. */
export const useFriendsTexts = (): FriendsTexts => (useTexts().locale.startsWith("zh") ? friendsZh : friendsEn);
