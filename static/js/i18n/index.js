// The language of the page: the user's choice, else the first of the browser's that is there. One file of strings per
// language, of which one is fetched; numbers, dates and plurals are Intl's.

import { read, write } from "../storage.js";

export const languages = { en: "English", ko: "한국어" };

const wishes = [read("language"), ...navigator.languages].map((wish) => wish ?? "");
export const language = wishes.map((wish) => wish.slice(0, 2)).find((wish) => Object.hasOwn(languages, wish)) ?? "en";
document.documentElement.lang = language;

const { default: strings } = await import(`./${language}.js`);

/** Takes effect by a new start of the page: drafts, unsent messages and the session survive it. */
export function switchLanguage(next) {
  write("language", next);
  location.reload();
}

/** The string, made with `values` where it takes some. */
export const t = (key, ...values) => (typeof strings[key] === "function" ? strings[key](...values) : strings[key]);

/** The browser's regional habits (24 hours, order of the date) where they are of the same language. */
const locale = navigator.languages.find((wish) => wish.startsWith(language)) ?? language;
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(locale, options);
  return (time) => formatter.format(time);
};

const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
export const timeOfDay = (time) => clock.format(time);
/** Without "AM" and "오전", for narrow places beside a full time. */
export const shortTime = (time) =>
  clock.formatToParts(time).map(({ type, value }) => (type === "dayPeriod" ? "" : value)).join("").trim();
export const fullDate = format({ dateStyle: "full", timeStyle: "medium" });
const day = format({ weekday: "long", month: "long", day: "numeric" });
const dayAndYear = format({ dateStyle: "full" });

/** "Today", "yesterday" or the date. */
export function dayName(time) {
  const now = new Date();
  const days = Math.round((new Date(time).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < -1) return (new Date(time).getFullYear() === now.getFullYear() ? day : dayAndYear)(time);
  const name = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
  return name[0].toLocaleUpperCase(language) + name.slice(1);
}

export const list = (names) => new Intl.ListFormat(language, { type: "conjunction" }).format(names);
