// One row of the list. Peers' text becomes text nodes, whatever it looks like.

import { button, h } from "../dom.js";
import { hueOf, initials } from "../core/names.js";
import { mentions, pieces } from "../core/markup.js";
import { dayName, fullDate, list, shortTime, t, timeOfDay } from "../i18n/index.js";

const MAX_NAMES = 5;

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

const PIECES = {
  text: ({ text }) => document.createTextNode(text),
  link: ({ text, href }) => h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text),
  code: ({ text }) => h("code", {}, text),
  pre: ({ text }) => h("pre", { tabIndex: 0 }, h("code", {}, text)),
  mention: ({ text }) => h("mark", {}, text),
};

const line = (className, ...children) => h("li", { class: `row ${className}` }, ...children);

const ROWS = {
  day: (time) => line("rule", h("time", { dateTime: iso(time) }, dayName(time))),
  new: () => line("rule new", t("newMark")),
  gap: ({ count }) => line("seam", t("gap", count)),
  reset: () => line("seam", t("reset")),
  note: ({ changes }) => line("note", noteText(changes)),
};

export const rowNode = (row, actions) => ROWS[row.type]?.(row.item) ?? messageNode(row, row.item.from ?? actions.me, actions);

function messageNode({ id, item, head, minute, mine, type }, author, actions) {
  const isAction = item.kind === "action";
  const isOutgoing = type === "outgoing";
  const reader = mine ? undefined : actions.me.name;
  const hasName = head && !isAction;
  const gutter = h("div.gutter", {},
    hasName ? avatar(author) : timeNode(item.time, minute ? "time" : "time quiet", shortTime));
  const text = h("div.text", { dir: "auto", lang: HANGUL.test(item.text) ? "ko" : undefined }, ...(isAction ? [authorName(author), " "] : []),
    ...pieces(item.text, reader).map((piece) => PIECES[piece.type](piece)));
  const body = h("div", {},
    hasName && h("div.meta", {}, authorName(author), timeNode(item.time, "time", timeOfDay)), text,
    isOutgoing && stateNode(item, actions));
  const classes = Object.entries({ head, action: isAction, mine, outgoing: isOutgoing, "to-me": mentions(item.text, reader) });
  const node = line(`message ${classes.filter(([, is]) => is).map(([name]) => name).join(" ")} ${item.state ?? ""}`, gutter, body);
  node.dataset.id = id;
  return node;
}

function stateNode({ key, state, error }, { retry, discard }) {
  if (state !== "failed") return h("div.state", {}, t("states")[state]);
  return h("div.state", {}, h("b", {}, `${t("failed")} ${t("failures")[error.code] ?? error.message ?? ""}`),
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
