// One row of the list. Peers' text becomes text nodes, whatever it looks like.

import { button, h } from "../dom.js";
import { hueOf, initials, mentions } from "../core/names.js";
import { dayName, fullDate, list, shortTime, t, timeOfDay, withMore } from "../i18n/index.js";

const MAX_NAMES = 5;
/** Longer texts are folded: characters, lines. */
const [LONG, LONG_LINES] = [1_500, 30];
/** And what is then to be seen of them: even the layout of a long text can take long. */
const [FOLDED, FOLDED_LINES] = [700, 15];

const iso = (time) => new Date(time).toISOString();
/** A name that keeps its direction to itself. */
export const isolated = (name) => `\u2068${name}\u2069`;

/** It breaks between words, and has a voice of its own. */
const HANGUL = /\p{Script=Hangul}/u;
/** Ids that programs share. */
const SHARED = ["anonymous", "redis"];

function coloured(node, { id, name }) {
  node.style.setProperty("--hue", hueOf(SHARED.includes(id) ? name : id));
  return node;
}

export const avatar = (user) => coloured(h("span.avatar", { "aria-hidden": "true" }, initials(user.name)), user);
const authorName = (user) => coloured(h("bdi.author", {}, user.name), user);
const timeNode = (time, className, text) => h("time", { class: className, dateTime: iso(time), title: fullDate(time) }, text(time));

/** What may be more than plain text. */
const FORMATTED = /[`*]|https?:\/\/|www\.|^(?:> | {0,8}[-•] | {0,8}\d{1,3}[.)] )/imu;
let formatter;
let isFetching = false;

const isFormatted = (text, name) => FORMATTED.test(text) || mentions(text, name);

/** What cannot be formatted (yet) is shown as it was written: one message must not take others with it. */
function formatted(text, isInline, actions) {
  if (!isFormatted(text, actions.me.name)) return [text];
  if (!formatter) {
    fetchFormatter(actions);
    return [text];
  }
  try {
    return formatter(text, actions.me.name, isInline);
  } catch (error) {
    reportError(error);
    return [text];
  }
}

async function fetchFormatter({ again }) {
  if (isFetching) return;
  isFetching = true;
  try {
    // All at once: one after the other would be three ways to the server.
    [{ formatted: formatter }] = await Promise.all([withMore(import("./formatted.js")), import("../core/markup.js"), import("../core/links.js")]);
    again();
  } catch {
    isFetching = false;
  }
}

const line = (className, ...children) => h("li", { class: `row ${className}` }, ...children);

const ROWS = {
  day: ({ time }) => line("rule", h("time", { dateTime: iso(time) }, dayName(time))),
  new: () => line("rule new", t("newMark")),
  gap: ({ count }) => line("seam", t("gap", count)),
  reset: () => line("seam", t("reset")),
  note: ({ changes }) => line("note", noteText(changes)),
};

export function rowNode(row, actions) {
  try {
    return ROWS[row.type]?.(row.item) ?? messageNode(row, row.item.from ?? actions.me, actions);
  } catch (error) {
    reportError(error);
    return line("message", h("div"), h("div.text", {}, String(row.item?.text ?? "")));
  }
}

function messageNode({ id, item, head, minute, mine, type }, author, actions) {
  const isAction = item.kind === "action";
  const isOutgoing = type === "outgoing";
  const { name } = actions.me;
  const hasName = head && !isAction;
  const gutter = h("div.gutter", {},
    hasName ? avatar(author) : timeNode(item.time, minute ? "time" : "time quiet", shortTime));
  const content = (isWhole) => [...(isAction ? [authorName(author), " "] : []), ...formatted(isWhole ? item.text : beginningOf(item.text), isAction, actions)];
  const text = h("div.text", { dir: "auto", lang: HANGUL.test(item.text) ? "ko" : undefined }, ...content(!isLong(item.text) || unfolded.has(id)));
  const body = h("div", {},
    hasName && h("div.meta", {}, authorName(author), timeNode(item.time, "time", timeOfDay)), text,
    isOutgoing && stateNode(item, actions));
  const classes = Object.entries({ head, action: isAction, mine, outgoing: isOutgoing, "to-me": !mine && mentions(item.text, name) });
  const node = line(`message ${classes.filter(([, is]) => is).map(([key]) => key).join(" ")} ${item.state ?? ""}`, gutter, body);
  node.dataset.id = id;
  if (isLong(item.text)) addFold(text, id, content);
  return node;
}

const isLong = (text) => text.length > LONG || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
/** A block of code that is cut ends there. */
function beginningOf(text) {
  const begun = text.split("\n", FOLDED_LINES).join("\n").slice(0, FOLDED).replace(/[\ud800-\udbff]$/, "");
  return begun.split("```").length % 2 ? `${begun}…` : `${begun}…\n\`\`\``;
}

/** What the reader has unfolded stays so when its row is made again. */
const unfolded = new Set();

async function addFold(text, id, content) {
  const more = await withMore(import("./fold.js")).catch(() => null);
  if (more) more.addFold(text, id, unfolded, content);
  else text.replaceChildren(...content(true));
}

function stateNode({ key, state, error }, { retry, discard }) {
  if (state !== "failed") return h("div.state", {}, t("states")[state]);
  return h("div.state", {}, h("b", {}, `${t("failed")} ${t("failures")[error.code] ?? t("errorOther", error.code)}`),
    button(t("retry"), "text-button", () => retry(key)), button(t("discard"), "text-button", () => discard(key)));
}

function noteText(changes) {
  const names = (type) => {
    const all = changes.filter((change) => change.type === type).map(({ name }) => isolated(name));
    const shown = all.length > MAX_NAMES ? [...all.slice(0, MAX_NAMES - 1), t("others", all.length - MAX_NAMES + 1)] : all;
    return shown.length && t(type === "left" ? "leftRoom" : type, list(shown));
  };
  const renames = changes.filter(({ oldName }) => oldName).map(({ oldName, name }) => t("renamed", isolated(oldName), isolated(name)));
  return [names("joined"), names("left"), ...renames].filter(Boolean).join(" · ");
}
