// The live picture of one node: asks it for a report once a second while the page is visible, and draws it.

import { h } from "../dom.js";
import { language, languages, switchLanguage } from "../i18n/language.js";
import { chart } from "./chart.js";
import { recorded } from "./figures.js";

const PERIOD_MS = 1_000;
const { default: strings } = await import(`./${language}.js`);

const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const count = (value) => number.format(value ?? 0);
const rate = (value) => `${(value < 10 ? small : number).format(value ?? 0)}/s`;
const milliseconds = (value) => (value === null || value === undefined ? "–" : `${(value < 10 ? small : number).format(value)} ms`);

document.title = strings.title;
const trouble = h("p.trouble", { role: "status" });
const other = Object.keys(languages).find((key) => key !== language);
document.getElementById("head").append(
  h("h1", {}, strings.title), trouble, h("a", { href: "./" }, strings.toChat),
  h("button.text-button", { type: "button", lang: other, onclick: () => switchLanguage(other) }, languages[other]));

// --- Cards

const facts = h("dl.facts");
const cards = [
  numberCard("connections", ["connections"], count),
  numberCard("rooms", ["rooms"], count),
  numberCard("members", ["members"], count),
  numberCard("published", ["published"], rate),
  numberCard("deliveries", ["deliveries"], rate),
  numberCard("latency", ["p50", "p99"], milliseconds),
];
document.getElementById("main").append(h("section.card.wide", { "aria-label": strings.node }, facts), ...cards.map(({ node }) => node));

function numberCard(name, lines, format) {
  const picture = chart(lines, format, strings[name], [strings.ago, strings.now]);
  const value = h("p.value");
  const legend = h("p.legend");
  const draw = (history) => {
    const last = history.at(-1);
    const values = lines.map((line) => last[line] ?? last.report[line]);
    value.textContent = format(values[0]);
    legend.replaceChildren(...(lines.length > 1
      ? lines.map((line, index) => h("span", { class: index ? "second" : "first" }, `${line} `, h("b", {}, format(values[index]))))
      : []));
    picture.draw(history);
  };
  return { draw, node: h("section.card", { id: `card-${name}` }, h("h2", {}, strings[name]), value, picture.node, legend) };
}

function drawFacts({ node, server, state, broker, shards, uptime_seconds: uptime, received, sent }) {
  const isGood = broker.state === "ok";
  const entries = [
    [strings.node, node],
    [strings.state, h("span", { class: state === "ok" ? "light" : "light bad" }, strings.states[state] ?? state)],
    [strings.broker, h("span", { class: isGood ? "light" : "light bad", title: document.documentElement.lang === "en" ? broker.detail : "" }, `${strings.brokers[broker.kind] ?? broker.kind}${isGood ? "" : ` · ${strings.states.degraded}`}`)],
    [strings.uptime, duration(uptime)],
    [strings.shards, count(shards)],
    [strings.received, count(received.total)],
    [strings.sent, count(sent.total)],
    [strings.server, server],
  ];
  facts.replaceChildren(...entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function duration(seconds) {
  const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const first = Math.min(parts.findIndex((part) => part > 0) >>> 0, 3);
  return parts.slice(first, first + 2).map((part, index) => `${part}${strings.units[first + index]}`).join(" ");
}

// --- Asking

let history = [];

async function ask() {
  if (document.visibilityState !== "visible") return;
  try {
    const response = await fetch("api/status", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
    if (response.status === 404) return (trouble.textContent = strings.off);
    history = recorded(history, await response.json());
    trouble.textContent = "";
    drawFacts(history.at(-1).report);
    for (const { draw } of cards) draw(history);
  } catch {
    trouble.textContent = strings.away;
  }
}

async function watch() {
  await ask();
  setTimeout(watch, PERIOD_MS);
}

document.addEventListener("visibilitychange", ask);
watch();
