// Strings, numbers and dates of the user's language.

import { h } from "../dom.js";
import { language } from "./language.js";

const { default: page } = await import(`./${language}.js`);
const strings = { ...page };

let style;

/** For code that few visits need: `await withMore(import(…))` gives the module when its strings and style are there, too. */
export async function withMore(module) {
  style ??= new Promise((done) => document.head.append(h("link", { rel: "stylesheet", href: "css/more.css", onload: done, onerror: () => (style = done()) })));
  const [loaded, more] = await Promise.all([module, import(`./${language}-more.js`), style]);
  Object.assign(strings, more.default);
  return loaded;
}

export const t = (key, ...values) => (typeof strings[key] === "function" ? strings[key](...values) : strings[key]);

/** The words for the code of an error; the server's own sentence is English. */
export function errorText(code, error) {
  const words = t("errors")?.[code];
  return words?.call ? words(error) : words ?? t("errorOther", code ?? "");
}

/** The language with the browser's region. */
const locale = navigator.languages.find((wish) => wish.startsWith(language)) ?? language;
/** Each is made when it is first needed, because that takes milliseconds. */
export const dates = (options) => {
  let made;
  return () => (made ??= new Intl.DateTimeFormat(locale, options));
};

const clock = dates({ hour: "numeric", minute: "2-digit" });
const wholeDay = dates({ dateStyle: "full" });
const wholeTime = dates({ dateStyle: "full", timeStyle: "medium" });
export const timeOfDay = (time) => clock().format(time);
export const fullDate = (time) => wholeTime().format(time);
/** Without "AM" and "오전". */
export const shortTime = (time) =>
  clock().formatToParts(time).map(({ type, value }) => (type === "dayPeriod" ? "" : value)).join("").trim();

export function dayName(time) {
  const days = Math.round((new Date(time).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < -1) return wholeDay().format(time);
  const name = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
  return name[0].toLocaleUpperCase(language) + name.slice(1);
}
