// One row of the list. Text from other people becomes text nodes only.

import { namesAuthor } from "../core/protocol.js";
import { h } from "../dom.js";
import { hueOf, initials, mentions } from "../core/names.js";
import { dayName, fullDate, shortTime, t, timeOfDay, withMore } from "../i18n/index.js";

/** Longer texts are folded: characters, lines. */
const [LONG, LONG_LINES] = [1_500, 30];
/** The part that is shown until the code to unfold the rest is there: even the layout of a long text can take long. */
const BEGINNING = 700;

const iso = (time) => new Date(time).toISOString();
/** A name whose writing direction does not change the text around it. */
export const isolated = (name) => `\u2068${name}\u2069`;

/** Korean text is marked as such, so that it breaks between words and is read in a Korean voice. */
const HANGUL = /\p{Script=Hangul}/u;
/** Ids that several programs have in common. */
const SHARED = ["anonymous", "redis"];

function coloured(node, { id, name }) {
  node.style.setProperty("--hue", hueOf(SHARED.includes(id) ? name : id));
  return node;
}

export const avatar = (user) => coloured(h("span.avatar", { "aria-hidden": "true" }, initials(user.name)), user);
const authorName = (user) => coloured(h("bdi.author", { "data-user": user.id }, user.name), user);
const timeNode = (time, className, text) => h("time", { class: className, dateTime: iso(time), title: fullDate(time) }, text(time));

/** Whether a text may need formatting. */
const FORMATTED = /[`*]|https?:\/\/|www\.|^(?:> | {0,8}[-•] | {0,8}\d{1,3}[.)] )/imu;
let formatter;
let isFetching = false;

const isFormatted = (text, name) => FORMATTED.test(text) || mentions(text, name);

/** A text that cannot be formatted (yet) is shown as it was written: one bad message must not break the others. */
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
    // All at once: one after the other would take three round trips.
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
  gap: (item, actions) => line("seam", ...rare("gap", item, actions)),
  reset: (item, actions) => line("seam", ...rare("reset", item, actions)),
  note(item) {
    const node = line("note");
    withMore(import("./rare-rows.js")).then((more) => node.append(more.noteText(item)), () => {});
    return node;
  },
};

export function rowNode(row, actions) {
  try {
    return ROWS[row.type]?.(row.item, actions) ?? messageNode(row, row.item.from ?? actions.me, actions);
  } catch (error) {
    reportError(error);
    return line("message", h("div"), h("div.text", {}, String(row.item?.text ?? "")));
  }
}

function messageNode({ id, item, head, minute, mine, type }, author, actions) {
  const isDeleted = item.kind === "deleted";
  if (isDeleted) item = { ...item, text: t("deleted") };
  const isNamed = namesAuthor(item);
  const isOutgoing = type === "outgoing";
  const { name } = actions.me;
  const hasName = head && !isNamed;
  const gutter = h("div.gutter", {},
    hasName ? avatar(author) : timeNode(item.time, minute ? "time" : "time quiet", shortTime));
  const content = (said) => [...(isNamed ? [authorName(author), " "] : []), ...formatted(said, isNamed, actions)];
  const isFolded = item.text.length > LONG || item.text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  const text = h("div.text", { dir: "auto", lang: HANGUL.test(item.text) ? "ko" : undefined }, ...content(isFolded ? item.text.slice(0, BEGINNING) : item.text));
  const body = h("div", {},
    hasName && h("div.meta", {}, authorName(author), timeNode(item.time, "time", timeOfDay)), text,
    isOutgoing && stateNode(item, actions));
  const classes = Object.entries({ head, action: isNamed, deleted: isDeleted, mine, outgoing: isOutgoing, "to-me": !mine && mentions(item.text, name) });
  const node = line(`message ${classes.filter(([, is]) => is).map(([key]) => key).join(" ")} ${item.state ?? ""}`, gutter, body);
  node.dataset.id = id;
  if (isFolded) rare("fold", { text, id, said: item.text, content }, actions, () => text.replaceChildren(...content(item.text)));
  return node;
}

const stateNode = (item, actions) => h("div.state", {}, ...(item.state === "failed" ? rare("failed", item, actions) : [t("states")[item.state]]));

let rareRows, coming;

/** Code that few rows need. It is fetched for the first such row, which is then made again. */
function rare(kind, item, actions, otherwise = () => {}) {
  if (rareRows) return rareRows[kind](item, actions);
  coming ??= withMore(import("./rare-rows.js")).then((more) => {
    rareRows = more;
    actions.again();
  });
  coming.catch(() => {
    coming = null;
    otherwise();
  });
  return [];
}
