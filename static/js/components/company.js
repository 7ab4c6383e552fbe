// What is of use when somebody else is in the room: who is typing, and marks beside names that look alike.

import { section } from "../overlays.js";
import { watchNames } from "./names-watch.js";
import { mountTypingLine } from "./typing-line.js";

export function keepCompany(store) {
  mountTypingLine(section("typing"), store);
  watchNames(store);
}
