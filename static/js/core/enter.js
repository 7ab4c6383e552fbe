// Whether an Enter sends (docs/PAGE.md). Within a composition it only arms the machine; the first of {plain Enter, line
// break, "settled" after Hangul} sends. A Japanese or Chinese Enter takes a candidate and never sends.

const HANGUL = /^[\p{Script=Hangul}\s]+$/u;

export class EnterMachine {
  composing = false;
  #isArmed = false;
  #composed = "";

  compositionStart() {
    this.composing = true;
    this.#isArmed = false;
    this.#composed = "";
  }

  /** "wait": call `settled` in a moment. */
  compositionEnd(data) {
    this.composing = false;
    this.#composed = data ?? "";
    return this.#verdict();
  }

  /** "send": prevent the default and send. */
  keyDown({ key, code, keyCode, isComposing, shiftKey }) {
    const isPartOfComposition = isComposing || keyCode === 229 || this.composing;
    const isEnter = [key, code].includes("Enter") || code === "NumpadEnter";
    this.#isArmed = isEnter && isPartOfComposition && !shiftKey;
    if (!isPartOfComposition) this.#composed = "";
    return this.#isArmed ? this.#verdict() : isEnter && !shiftKey ? "send" : "none";
  }

  lineBreak() {
    return this.settled();
  }

  settled() {
    if (!this.#isArmed || this.composing) return "none";
    this.#isArmed = false;
    return "send";
  }

  #verdict() {
    return this.#isArmed && !this.composing && HANGUL.test(this.#composed) ? "wait" : "none";
  }
}
