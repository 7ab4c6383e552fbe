// Where messages are written. What is written is kept per room until it is sent.

import { EnterMachine } from "../core/enter.js";
import { byteLength, messageText } from "../core/names.js";
import { h, icon } from "../dom.js";
import { t } from "../i18n/index.js";

/** The counter appears for the last fifth of the limit. */
const NEAR = 0.2;
/** Longer than the events of one key press take, shorter than anybody types. */
const SETTLE_MS = 30;

export class Composer {
  #app;
  #room;
  #limits;
  #enter = new EnterMachine();
  #settling;
  #lastSaid = new Map();
  // On a touch keyboard Enter is a new line, as in every messenger; the button sends.
  #isTouch = matchMedia("(pointer: coarse) and (hover: none)").matches;

  constructor(root, app, store, onSent) {
    this.#app = app;
    this.onSent = onSent;
    this.text = h("textarea", { id: "composer-text", rows: 1, dir: "auto", enterKeyHint: this.#isTouch ? "enter" : "send", "aria-describedby": "limit" });
    this.label = h("label", { class: "visually-hidden", htmlFor: "composer-text" });
    this.limit = h("output", { id: "limit", class: "limit" });
    this.button = h("button", { class: "send", "aria-label": t("send"), title: t("send") }, icon("send"));
    root.append(this.label, this.text, this.limit, this.button);
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      // Emptying a field under composition brings the last syllable back; leaving it ends the composition.
      if (this.#enter.composing) this.text.blur();
      this.text.focus();
      this.#send();
    });
    this.#listen();
    store.subscribe((state) => this.#render(state));
  }

  /** Unasked, only where no keyboard would cover half of the screen. */
  focus() {
    if (!this.#isTouch) this.text.focus();
  }

  #listen() {
    const on = (type, handle) => this.text.addEventListener(type, handle);
    on("input", () => this.#changed());
    on("blur", () => this.#app.stopTyping());
    on("keydown", (event) => this.#recall(event));
    if (this.#isTouch) return;
    on("compositionstart", () => this.#enter.compositionStart());
    on("compositionend", (event) => this.#follow(this.#enter.compositionEnd(event.data), event));
    on("keydown", (event) => this.#follow(this.#enter.keyDown(event), event));
    on("beforeinput", (event) => {
      if (event.inputType === "insertLineBreak") this.#follow(this.#enter.lineBreak(), event);
    });
  }

  #follow(verdict, event) {
    clearTimeout(this.#settling);
    if (verdict === "wait") this.#settling = setTimeout(() => this.#enter.settled() === "send" && this.#send(), SETTLE_MS);
    if (verdict !== "send") return;
    event.preventDefault();
    // A key held down sends once.
    if (!event.repeat) this.#send();
  }

  #recall(event) {
    const said = this.#lastSaid.get(this.#room);
    if (event.key !== "ArrowUp" || event.altKey || this.text.value || !said) return;
    event.preventDefault();
    this.#set(said);
  }

  #send() {
    const { value } = this.text;
    if (this.button.disabled) return;
    this.#lastSaid.set(this.#room, value);
    this.#app.say(this.#room, value);
    this.#set("");
    this.onSent();
  }

  #set(value) {
    this.text.value = value;
    this.#changed();
  }

  #changed() {
    this.#app.saveDraft(this.#room, this.text.value);
    this.#measure();
    if (this.text.value.trim()) this.#app.typing(this.#room);
    else this.#app.stopTyping();
  }

  #measure() {
    const text = messageText(this.text.value);
    const most = this.#limits.text_bytes;
    const left = most - byteLength(text);
    this.limit.textContent = left < 0 ? t("tooLong", -left) : left < most * NEAR ? t("left", left) : "";
    this.limit.classList.toggle("wrong", left < 0);
    this.button.disabled = !this.#room || left < 0 || !text.trim();
    if (CSS.supports("field-sizing", "content")) return;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  #render({ current, limits }) {
    if (current === this.#room && limits === this.#limits) return;
    this.#limits = limits;
    if (current !== this.#room) {
      this.#room = current;
      this.text.disabled = !current;
      this.text.placeholder = this.label.textContent = current ? t("placeholder", current) : "";
      this.text.value = current ? this.#app.draft(current) : "";
    }
    this.#measure();
  }
}
