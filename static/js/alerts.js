// Notifications and sound for messages that come while nobody looks, if the user wants them. Of several tabs only one alerts,
// and only while the user looks at none of them.

import { hashOfRoom, labels, mentions } from "./core/names.js";
import { hasNews } from "./core/news.js";
import { readJSON, writeJSON, write } from "./storage.js";

const OFF = { notify: "off", sound: false };
export const settings = () => readJSON("alerts", OFF);

const { locks } = navigator;
let isFirst = !locks;
let isWatching = false;
let audio;

/** Keeps the choice. Call it on a click, because only then a browser asks the user. @returns whether the user allowed it. */
export async function choose(choice, store) {
  if (choice.notify !== "off" && (await globalThis.Notification?.requestPermission()) !== "granted") return false;
  if (choice.notify === "off" && !choice.sound) write("alerts", null);
  else writeJSON("alerts", choice);
  if (choice.sound) ring();
  watch(store, store.state.rooms);
  return true;
}

/** Alerts of what is new since `before`, the rooms as they were then. */
export function watch(store, before) {
  if (isWatching) return;
  isWatching = true;
  // The tab with the lock alerts; the lock passes on when that tab is closed.
  locks?.request("chat.alerts", () => new Promise(() => (isFirst = true)));
  holdWhileLookedAt();
  store.subscribe(({ rooms, me }) => {
    for (const room of rooms.values()) {
      const old = before.get(room.name);
      if (hasNews(old, room)) alertOf(room, me, room.mentionNews > (old?.mentionNews ?? 0));
    }
    before = rooms;
  });
}

/** A window without the focus may be visible, but nobody reads it. */
const isLookedAt = () => document.visibilityState === "visible" && document.hasFocus();

/** A tab that the user looks at holds this lock, so that the others know. */
function holdWhileLookedAt() {
  let release = () => {};
  const follow = () => {
    release();
    if (!isLookedAt()) return;
    // It may be over before the lock is granted.
    const isOver = new Promise((done) => (release = done));
    locks?.request("chat.visible", { mode: "shared" }, () => isOver);
  };
  document.addEventListener("visibilitychange", follow);
  for (const type of ["focus", "blur"]) addEventListener(type, follow);
  follow();
}

async function alertOf({ name, items }, me, isMention) {
  const { notify, sound } = settings();
  // An earlier mention that is not read yet does not make this one.
  const isWanted = ({ from, text }) => from && (notify === "all" || mentions(text, me?.name));
  if (isLookedAt()) {
    if (sound) ring();
    return;
  }
  const { held = [] } = (await locks?.query()) ?? {};
  if (!isFirst || held.some((lock) => lock.name === "chat.visible")) return;
  if (sound) ring();
  if (notify === "all" || (notify !== "off" && isMention)) tell(name, items.findLast(isWanted));
}

function tell(room, { from, text }) {
  try {
    // One per room: the next one replaces the last.
    const notification = new Notification(`${labels.of(from)} · #${room}`, { body: text.slice(0, 200), tag: `chat ${room}`, icon: "favicon.svg" });
    notification.onclick = () => {
      focus();
      location.hash = hashOfRoom(room);
      notification.close();
    };
  } catch {
    // Android shows them only for installed pages.
  }
}

/** Two short soft tones, made here, so that nothing has to be fetched. */
function ring() {
  audio ??= new AudioContext();
  audio.resume();
  for (const [index, pitch] of [660, 880].entries()) {
    const [tone, volume, start] = [audio.createOscillator(), audio.createGain(), audio.currentTime + index * 0.12];
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.08, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  }
}
