// Says how the connection is while it is not as it should be: what is going on, until when, and what can be done.

import { button, h } from "../dom.js";
import { t } from "../i18n/index.js";

export class Banner {
  #state;
  #said;

  constructor(root, app, store) {
    // A countdown is for the eyes; who listens hears the sentence once.
    this.heard = h("span", { class: "visually-hidden", role: "status" });
    this.seen = h("b", { "aria-hidden": "true" });
    this.detail = h("span");
    this.button = button("", "button", () => app.reconnect());
    this.card = h("div", { hidden: true }, h("i", {}), h("div", {}, this.seen, this.detail), this.button);
    root.append(this.heard, this.card);
    setInterval(() => this.#state.connection.phase === "waiting" && this.#render(), 250);
    store.subscribe((state) => {
      if (state.connection === this.#state?.connection && state.service === this.#state.service) return;
      this.#state = state;
      this.#render();
    });
  }

  #render() {
    const { phase } = this.#state.connection;
    const { kind = "", text = "", detail = "", action = "" } = describe(this.#state);
    document.documentElement.dataset.connection = phase;
    this.seen.textContent = text;
    const said = kind + detail;
    if (said === this.#said) return;
    this.#said = said;
    this.heard.textContent = text;
    this.card.hidden = !kind;
    this.card.className = `banner ${kind}`;
    this.detail.textContent = detail;
    this.button.textContent = action;
    this.button.hidden = !action;
  }
}

/** `{kind, text, detail, action}`, or nothing while all is well. */
function describe({ connection, service, wasWelcome }) {
  const { phase, code, isClosing, readiness, refused, reason, retryAt } = connection;
  if (phase === "connecting") return { kind: "busy", text: t(wasWelcome ? "reconnecting" : "connecting") };
  if (phase === "ended") {
    const sentences = t("ended");
    return { kind: "ended", text: sentences[refused ?? code] ?? (reason || sentences.other), action: t("tryAgain") };
  }
  if (phase === "waiting") {
    const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
    const why = isClosing || code === 1012 ? "restarting" : code === 1013 ? "full" : wasWelcome ? "lost" : "unreached";
    const more = readiness ? t("readiness")[readiness] : navigator.onLine ? "" : t("offline");
    return { kind: "lost", text: `${t(why)} ${t("countdown", seconds)}`, detail: `${more} ${t("keeps")}`.trim(), action: t("reconnectNow") };
  }
  return service.state === "degraded" ? { kind: "degraded", text: t("degraded") } : {};
}
