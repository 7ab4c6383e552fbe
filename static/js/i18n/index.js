// Strings, numbers and dates of the user's language.

import { h } from "../dom.js";
import { language } from "./language.js";

const { default: page } = await import(`./${language}.js`);
const strings = { ...page };

let more;

/** What few visits need: `await withMore(import(…))` gives it with its strings and style. */
export async function withMore(module) {
  more ??= Promise.all([import(`./${language}-more.js`), new Promise((done) =>
    document.head.append(h("link", { rel: "stylesheet", href: "css/more.css", onload: done, onerror: done })))]);
  Object.assign(strings, (await more)[0].default);
  return module;
}

export const t = (key, ...values) => (typeof strings[key] === "function" ? strings[key](...values) : strings[key]);

/** With the browser's regional habits. */
const locale = navigator.languages.find((wish) => wish.startsWith(language)) ?? language;
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(locale, options);
  return (time) => formatter.format(time);
};

const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
export const timeOfDay = (time) => clock.format(time);
/** Without "AM" and "오전". */
export const shortTime = (time) =>
  clock.formatToParts(time).map(({ type, value }) => (type === "dayPeriod" ? "" : value)).join("").trim();
export const fullDate = format({ dateStyle: "full", timeStyle: "medium" });
const day = format({ weekday: "long", month: "long", day: "numeric" });
const dayAndYear = format({ dateStyle: "full" });

export function dayName(time) {
  const now = new Date();
  const days = Math.round((new Date(time).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < -1) return (new Date(time).getFullYear() === now.getFullYear() ? day : dayAndYear)(time);
  const name = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
  return name[0].toLocaleUpperCase(language) + name.slice(1);
}

export const list = (names) => new Intl.ListFormat(language, { type: "conjunction" }).format(names);
