// Tokens, for a server that requires them: from the operator's log-in, with its cookies. They are kept nowhere.

import { isToken, may, renewalDelay, retryDelay, rightsOf, timerFor } from "../core/renewal.js";
import { withMore } from "../i18n/index.js";
import * as storage from "../storage.js";

/** The server waits 10 s for both requests. */
const PATIENCE_MS = 4_000;
/** Whoever comes back from the log-in without a token is not sent there at once again. */
const LOGIN_MS = 30_000;

/** What the token allows, for commands that only some see. */
let rights = [];
let places, timer;

const get = (address, options) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS), ...options });
const failure = (code) => Object.assign(new Error(code), { code });

async function findPlaces() {
  places ??= get("api/page").then((answer) => (answer.ok ? answer.json() : Promise.reject(failure("unreachable"))));
  places.catch(() => (places = undefined));
  return places;
}

async function fetchToken() {
  const { token_url: address } = await findPlaces();
  if (!address) return undefined;
  // Log-ins answer strangers with 401 or send them elsewhere.
  const answer = await get(address, { redirect: "manual", credentials: "include" });
  if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) throw failure("signed_out");
  const { token } = answer.ok ? await answer.json() : {};
  if (!isToken(token)) throw failure("unreachable");
  rights = rightsOf(token);
  return token;
}

/** A server has refused a page without a token: does it say where tokens are? */
export async function begin({ act, client }, change) {
  const { token_url: address } = await findPlaces().catch(() => ({}));
  // Where nothing can be remembered, the next try would be like this one.
  if (!address || !storage.write("tokens", "1")) return act("connection", { change });
  client.reconnectNow();
}

/** A fresh token for a connection; undefined where the server needs none any more. */
export async function token(tab) {
  try {
    const fresh = await fetchToken();
    Object.assign(tab.app, { request: tab.client.request, mayModerate: (room) => may(rights, "moderate", room) });
    if (!fresh) storage.write("tokens", null);
    return fresh;
  } catch (error) {
    if (error.code === "signed_out") await signOut(tab);
    throw error;
  }
}

/** @param welcome  Of the server, or the answer to a `refresh`. */
export function renew(tab, { token_seconds: seconds }) {
  const end = performance.now() + seconds * 1000;
  wait(tab, end, performance.now() + renewalDelay(seconds * 1000, Math.random()));
}

function wait(tab, end, at) {
  clearTimeout(timer);
  timer = setTimeout(() => (performance.now() < at ? wait(tab, end, at) : refresh(tab, end)), timerFor(Math.max(0, at - performance.now())));
}

async function refresh(tab, end) {
  if (!tab.client.isOpen) return;
  try {
    renew(tab, await tab.client.request("refresh", { token: await fetchToken() }));
  } catch (error) {
    const now = performance.now();
    if (error.code === "signed_out") tab.act("notice", { notice: { code: "signing_out", seconds: Math.max(0, Math.round((end - now) / 1000)) } });
    if (tab.client.isOpen && now < end) wait(tab, end, now + retryDelay(end - now));
  }
}

async function signOut({ app, client, store }) {
  const { login_url: login } = await findPlaces();
  const address = login && new URL(login, location);
  const isOpenable = address && ["http:", "https:"].includes(address.protocol);
  await withMore().catch(() => {});
  const go = () => {
    sessionStorage.setItem("chat.login", Date.now());
    address.searchParams.set("return_to", location.href);
    location.assign(address);
  };
  const wasThere = Date.now() - sessionStorage.getItem("chat.login") < LOGIN_MS;
  // Whoever is in the middle of something decides when to leave the page.
  if (isOpenable && !store.state.wasWelcome && !wasThere) return go();
  if (isOpenable) app.reconnect = go;
  client.refused(isOpenable ? "signed_out" : "unauthorized");
}
