import { language } from "./language.js";

/** `Mina, Jonas, and Jun` in the user's language. */
export const list = (names) => (language === "ko" ? names.join(", ") : new Intl.ListFormat(language, { type: "conjunction" }).format(names));
