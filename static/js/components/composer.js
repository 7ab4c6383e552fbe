// Where messages are written.

import { EnterMachine } from "../core/enter.js";
import { byteLength, messageText } from "../core/names.js";
import { h, icon } from "../dom.js";
import { t, withMore } from "../i18n/index.js";

const NEAR = 0.2;
/** Longer than the events of one key press take. */
const SETTLE_MS = 30;

export function mountComposer(root, app, store, onSent) {
  let room, limits, settling;
  const enter = new EnterMachine();
  const lastSaid = new Map();
  // There Enter is a new line, and the button sends.
  const isTouch = matchMedia("(pointer: coarse) and (hover: none)").matches;

  const field = h("textarea", { id: "composer-text", rows: 1, dir: "auto", enterKeyHint: isTouch ? "enter" : "send", "aria-describedby": "limit" });
  const label = h("label.visually-hidden", { htmlFor: "composer-text" });
  const limit = h("output.limit", { id: "limit" });
  const sendButton = h("button.send", { "aria-label": t("send"), title: t("send") }, icon("send"));
  root.append(label, limit, field, sendButton);
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
    clearTimeout(settling);
    if (verdict === "wait") settling = setTimeout(() => enter.settled() === "send" && send(), SETTLE_MS);
    if (verdict !== "send") return;
    event.preventDefault();
    if (!event.repeat) send();
  }

  function recall(event) {
    const said = lastSaid.get(room);
    if (event.key !== "ArrowUp" || event.altKey || field.value || !said) return;
    event.preventDefault();
    write(said);
  }

  function send() {
    if (sendButton.disabled) return;
    lastSaid.set(room, field.value);
    app.say(room, field.value);
    write("");
    onSent();
  }

  function write(value) {
    field.value = value;
    changed();
  }

  function changed() {
    app.saveDraft(room, field.value);
    measure();
    if (field.value.trim()) app.typing(room);
    else app.stopTyping();
  }

  function measure() {
    const text = messageText(field.value);
    const most = limits.text_bytes;
    const left = most - byteLength(text);
    limit.textContent = left < 0 ? t("tooLong", -left) : left < most * NEAR ? t("left", left) : "";
    limit.classList.toggle("wrong", left < 0);
    sendButton.disabled = !room || left < 0 || !text.trim();
    if (left < 0) offerParts(field.value, most);
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  async function offerParts(text, most) {
    const { partButtons } = await withMore(import("./long-text.js"));
    if (field.value !== text || limit.querySelector("button")) return;
    limit.append(...partButtons(text, most, (parts, rest) => {
      for (const part of parts) app.say(room, part);
      write(rest);
      field.focus();
      onSent();
    }));
  }

  function render(state) {
    if (state.current === room && state.limits === limits) return;
    limits = state.limits;
    if (state.current !== room) {
      room = state.current;
      field.disabled = !room;
      field.placeholder = label.textContent = room ? t("placeholder", room) : "";
      field.value = room ? app.draft(room) : "";
    }
    measure();
  }
}
