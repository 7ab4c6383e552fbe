// Whether an Enter sends. A machine without a clock: the composer tells it what the browser reports.
//
// A Japanese or Chinese Enter within a composition takes a candidate and must never send. A Korean one ends the last
// syllable *and* is meant as Enter, and is reported in three ways:
//
//   Chrome, macOS     keydown 229 (composing), compositionend, keydown 13
//   Chrome, others    keydown 229 (composing), compositionend, at most the line break itself
//   Safari            compositionend, keydown 229 (no longer composing), line break
//
// Sending at 229 drops the last syllable, sending at both keydowns sends twice, ignoring 229 needs Enter twice. So 229
// only arms the machine; the first of {plain Enter, line break, "settled" after a Hangul composition} sends.

const HANGUL = /^[\p{Script=Hangul}\s]+$/u;

export class EnterMachine {
  composing = false;
  #isArmed = false;
  /** What the last composition left, until another key is pressed. */
  #composed = "";

  compositionStart() {
    this.composing = true;
    this.#isArmed = false;
    this.#composed = "";
  }

  /** @returns {"wait"|"none"} "wait": call `settled` in a moment. */
  compositionEnd(data) {
    this.composing = false;
    this.#composed = data ?? "";
    return this.#verdict();
  }

  /** @returns {"send"|"wait"|"none"} "send": prevent the default and send. */
  keyDown({ key, code, keyCode, isComposing, shiftKey }) {
    const isPartOfComposition = isComposing || keyCode === 229 || this.composing;
    const isEnter = [key, code].includes("Enter") || code === "NumpadEnter";
    this.#isArmed = isEnter && isPartOfComposition && !shiftKey;
    if (!isPartOfComposition) this.#composed = "";
    return this.#isArmed ? this.#verdict() : isEnter && !shiftKey ? "send" : "none";
  }

  /** A line break is about to be put into the text. @returns {"send"|"none"} "send": prevent it. */
  lineBreak() {
    return this.settled();
  }

  /** A moment has passed since "wait". @returns {"send"|"none"} */
  settled() {
    if (!this.#isArmed || this.composing) return "none";
    this.#isArmed = false;
    return "send";
  }

  #verdict() {
    return this.#isArmed && !this.composing && HANGUL.test(this.#composed) ? "wait" : "none";
  }
}
