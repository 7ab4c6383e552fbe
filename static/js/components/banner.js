// Shows the problem of the connection, while there is one.

import { button, h } from "../dom.js";
import { t, withMore } from "../i18n/index.js";

export function mountBanner(root, app, store) {
  let state, said;
  // A screen reader says the sentence once, without the countdown.
  const heard = h("span.visually-hidden", { role: "status" });
  const seen = h("b", { "aria-hidden": "true" });
  const more = h("span");
  const act = button("", "button", () => app.reconnect());
  const card = h("div", { hidden: true }, h("i"), h("div", {}, seen, more), act);
  root.append(heard, card);
  setInterval(() => state.connection.phase === "waiting" && render(), 250);
  store.subscribe(async (next) => {
    if (next.connection === state?.connection && next.service === state.service) return;
    state = next;
    // The words for the reason are fetched, because few visits need them.
    if (next.connection.phase === "ended" || next.connection.readiness || next.service.state === "degraded") await withMore().catch(() => {});
    render();
  });

  function render() {
    const { kind = "", text = "", detail = "", action = "" } = describe(state);
    document.documentElement.dataset.connection = state.connection.phase;
    seen.textContent = text;
    const saying = kind + detail + state.service.rooms;
    if (saying === said) return;
    said = saying;
    heard.textContent = text;
    card.hidden = !kind;
    card.className = `banner ${kind}`;
    more.textContent = detail;
    act.textContent = action;
    act.hidden = !action;
  }
}

function describe({ connection, service, wasWelcome }) {
  const { phase, code, isClosing, readiness, refused, retryAt } = connection;
  if (phase === "connecting") return { kind: "busy", text: t(wasWelcome ? "reconnecting" : "connecting") };
  if (phase === "ended") {
    return { kind: "ended", text: t("errors")?.[refused] ?? t("endings")?.[code] ?? t("ended"), action: refused === "signed_out" ? t("signIn") : t("tryAgain") };
  }
  if (phase === "waiting") {
    const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
    const why = isClosing || code === 1012 ? "restarting" : code === 1013 ? "full" : wasWelcome ? "lost" : "unreached";
    const more = readiness ? t("readiness")?.[readiness] ?? t("unreachable") : navigator.onLine ? "" : t("offline");
    return { kind: "lost", text: `${t(why)} ${t("countdown", seconds)}`, detail: `${more} ${t("keeps")}`.trim(), action: t("reconnectNow") };
  }
  const { state, rooms } = service;
  return state !== "degraded" ? {} : { kind: state, text: rooms ? t("degradedRooms", `#${rooms.join(", #")}`) : t(state) };
}
