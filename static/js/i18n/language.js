// The user's language, else the browser's, as boot.js found it.

import { write } from "../storage.js";

export const languages = { en: "English", ko: "한국어" };
export const language = document.documentElement.lang;

/** Reloads the page, which loses nothing. */
export function switchLanguage(next) {
  write("language", next);
  location.reload();
}
