// The user's language, else the browser's.

import { read, write } from "../storage.js";

export const languages = { en: "English", ko: "한국어" };

const wishes = [read("language") ?? "", ...navigator.languages];
export const language = wishes.map((wish) => wish.slice(0, 2)).find((wish) => Object.hasOwn(languages, wish)) ?? "en";
document.documentElement.lang = language;

/** By a new start of the page, which loses nothing. */
export function switchLanguage(next) {
  write("language", next);
  location.reload();
}
