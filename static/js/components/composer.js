// The field in which the user writes messages.

import { EnterMachine } from "../core/enter.js";
import { byteLength, messageText } from "../core/names.js";
import { inputOf, messageOf } from "../core/input.js";
import { h, icon, iconButton } from "../dom.js";
import { t, withMore } from "../i18n/index.js";
import { fetchMore, tellUser } from "../overlays.js";

const NEAR = 0.2;
/** Longer than the events of one key press take. */
const SETTLE_MS = 30;
/** A text before the caret that can be completed: a command, a name, an emoji. */
const COMPLETABLE = /^\s*\/\S*$|(?<![\p{L}\p{N}_@])@[^\s@]{0,32}$|(?<![\p{L}\p{N}:]):[\p{L}\p{N}_+-]{2,24}:?$/u;

export function mountComposer(root, app, store, { onSent, runCommand }) {
  let room, limits, settling, draft, completion;
  const enter = new EnterMachine();
  const lastSaid = new Map();
  // On a touch keyboard Enter is a new line, and the button sends.
  const isTouch = matchMedia("(pointer: coarse) and (hover: none)").matches;

  const field = h("textarea", { id: "composer-text", rows: 1, dir: "auto", enterKeyHint: isTouch ? "enter" : "send", "aria-describedby": "limit" });
  const label = h("label.visually-hidden", { htmlFor: "composer-text" });
  const limit = h("output.limit", { id: "limit" });
  const emoji = iconButton("smile", t("emoji"), pickEmoji, "emoji-button");
  const sendButton = h("button.send", { "aria-label": t("send"), title: t("send") }, icon("send"));
  root.append(label, limit, field, emoji, sendButton);
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    // Leaving the field ends the composition; emptying it would bring the last syllable back.
    if (enter.composing) field.blur();
    field.focus();
    send();
  });

  const on = (type, handle) => field.addEventListener(type, handle);
  on("input", changed);
  on("blur", () => app.stopTyping());
  on("paste", ({ clipboardData: data }) => data?.files.length && !data.types.includes("text/plain") && tellUser(() => t("noFiles")));
  on("keydown", (event) => completion?.isOpen && completion.press(event));
  on("keydown", recall);
  if (!isTouch) {
    on("compositionstart", () => enter.compositionStart());
    on("compositionend", (event) => follow(enter.compositionEnd(event.data), event));
    on("keydown", (event) => follow(enter.keyDown(event), event));
    on("beforeinput", (event) => {
      if (event.inputType === "insertLineBreak") follow(enter.lineBreak(), event);
    });
  }
  store.subscribe(render);
  return {
    field,
    focus: () => isTouch || field.focus(),
  };

  function follow(verdict, event) {
    if (event.defaultPrevented) return;
    clearTimeout(settling);
    if (verdict === "wait") settling = setTimeout(() => enter.settled() === "send" && entered(), SETTLE_MS);
    if (verdict !== "send") return;
    event.preventDefault();
    if (!event.repeat) entered();
  }

  /** Enter first takes the suggestion, if there is one. */
  function entered() {
    if (!completion?.enter()) send();
  }

  function recall(event) {
    const said = lastSaid.get(room);
    if (event.key !== "ArrowUp" || event.altKey || event.defaultPrevented || field.value || !said) return;
    event.preventDefault();
    write(said);
  }

  async function send() {
    if (sendButton.disabled) return;
    const { value } = field;
    const input = inputOf(messageText(value));
    const message = messageOf(input);
    if (!message) {
      // A command that was not carried out stays in the field and is never sent.
      if ((await runCommand(input)) && field.value === value) write("");
      return;
    }
    lastSaid.set(room, value);
    app.say(room, message.text, message.kind);
    write("");
    onSent();
  }

  function write(value) {
    field.value = value;
    changed();
  }

  function changed() {
    app.saveDraft(room, field.value);
    const text = measure();
    if (text.trim()) app.typing(room);
    else app.stopTyping();
    complete();
  }

  /** @returns the text that would be sent. */
  function measure() {
    const input = inputOf(messageText(field.value));
    const message = messageOf(input);
    const said = message?.text ?? "";
    const most = limits.text_bytes;
    const left = most - byteLength(said);
    limit.textContent = left < 0 ? t("tooLong", -left) : left < most * NEAR ? t("left", left) : "";
    limit.classList.toggle("wrong", left < 0);
    sendButton.disabled = !room || left < 0 || input.is === "nothing";
    if (left < 0 && message.kind === "text") offerParts();
    if (CSS.supports("field-sizing", "content")) return said;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    return said;
  }

  async function offerParts() {
    const { value } = field;
    const more = await withMore(import("./long-text.js"));
    if (field.value === value) more.offerParts(field, limit, limits.text_bytes, (parts, rest) => {
      for (const part of parts) app.say(room, part);
      write(rest);
      onSent();
    });
  }

  async function complete() {
    const isWanted = COMPLETABLE.test(field.value.slice(Math.max(0, field.selectionStart - 40), field.selectionStart));
    if (!isWanted && !completion) return;
    if (!completion) {
      const more = await withMore(import("./completion.js")).catch(() => null);
      completion ??= more?.makeCompletion(root, field, app, store);
    }
    completion?.offer();
  }

  async function pickEmoji() {
    const more = await fetchMore(import("./emoji-picker.js"));
    more?.pickEmoji(root, emoji, field);
  }

  function render(state) {
    // Another tab has changed the draft, or sent it.
    const isElsewhere = state.draft !== draft && state.draft?.room === room && !enter.composing;
    draft = state.draft;
    if (state.current === room && state.limits === limits && !isElsewhere) return;
    limits = state.limits;
    if (state.current !== room) {
      room = state.current;
      field.disabled = !room;
      field.placeholder = label.textContent = room ? t("placeholder", room) : "";
      field.value = room ? app.draft(room) : "";
      completion?.close();
    } else if (isElsewhere && field.value !== draft.text) field.value = draft.text;
    measure();
  }
}
