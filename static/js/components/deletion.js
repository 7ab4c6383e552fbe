// Deleting a message, for moderators: its button, its key and `/delete` lead to a dialog that shows it and asks.

import { lineOf } from "../core/kinds.js";
import { labels } from "../core/names.js";
import { deletionOf, isDeletable } from "../core/targets.js";
import { h, iconButton } from "../dom.js";
import { errorText, t } from "../i18n/index.js";
import { list as listed } from "../i18n/list.js";
import { tellUser } from "../overlays.js";
import { dialog } from "./dialogs.js";
import { isolated } from "./message-row.js";

const BIN = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5";
/** How much of the message the dialog shows: characters. */
const SHOWN = 300;
/** A reason has at most 300 bytes, and a character of Korean has three. */
const MOST_REASON = 100;

let bin;

/** Puts the button on a row; one button serves all. @param list  The message list. */
export function offer(list, row) {
  bin ??= iconButton(BIN, t("deleteMessage"), () => askOf(list, bin.parentElement), "bin");
  if (!isDeletable(list.messageOf(row))) return bin.remove();
  if (bin.parentElement !== row) row.append(bin);
  // With the keyboard it comes after the message that has the focus.
  bin.tabIndex = row.contains(document.activeElement) ? 0 : -1;
}

/** Asks whether to delete the message of a row. */
export function askOf(list, row) {
  const item = list.messageOf(row);
  if (isDeletable(item)) ask(list.app, list.room().name, item);
}

/** `/delete`. @returns whether the line can leave the field. */
export function askAbout(argument, room, people, app) {
  const wrong = app.mayModerate(room.name) ? undefined : errorText("forbidden");
  const { item, reason, users } = deletionOf(argument, room.items, people);
  if (item && !wrong) ask(app, room.name, item, reason);
  else tellUser(() => wrong ?? missing(argument, users));
  return Boolean(item && !wrong);
}

function missing(argument, users) {
  if (!argument) return t("deleteUsage");
  if (/^[0-9]+(\s|$)/u.test(argument)) return errorText("not_found");
  if (!users.length) return t("nobodyNamed");
  const names = listed(users.map((user) => isolated(labels.of(user))));
  return users.length > 1 ? t("severalPeople", names) : t("nothingOf", names);
}

function ask(app, room, item, reason = "") {
  const said = [...item.text].length > SHOWN ? `${[...item.text].slice(0, SHOWN).join("")}…` : item.text;
  const why = h("input", { id: "delete-reason", value: reason, maxLength: MOST_REASON, autocomplete: "off" });
  dialog(
    t("deleteMessage"),
    { onsubmit: () => void remove(app, room, item, why.value.trim()) },
    h("blockquote", { dir: "auto" }, lineOf(item, isolated(labels.of(item.from)), said)),
    h("p", {}, t("deleteHint")),
    h("div.field", {}, h("label", { htmlFor: why.id }, t("deleteReason")), why),
    h("button.button.primary.danger", {}, t("delete")),
  );
  why.focus();
}

async function remove(app, room, { epoch, seq }, reason) {
  try {
    const { duplicate } = await app.request("delete", { room, epoch, seq, reason: reason || undefined });
    tellUser(() => t(duplicate ? "deletedBefore" : "messageDeleted"));
  } catch (error) {
    tellUser(() => errorText(error.code, error));
  }
}
