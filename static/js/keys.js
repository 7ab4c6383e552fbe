// The shortcuts of the whole page.

export function press({ key, code, altKey, shiftKey, target }, state, { messages, composer, goToRoom, showHelp, search }) {
  const step = (direction) => {
    const next = neighbour(state, direction, shiftKey);
    if (next) goToRoom(next.name);
  };
  if (key === "Escape") {
    messages.toEnd();
    if (target.closest(".scroller")) composer.focus();
  } else if (altKey && key === "ArrowUp") step(-1);
  else if (altKey && key === "ArrowDown") step(0);
  else if (altKey && code === "Slash") search();
  else if (key === "?" && !target.closest("input, textarea")) showHelp();
}

/** The next room of the list (0) or the previous one (-1), around its ends. */
function neighbour({ rooms, current }, direction, isUnreadOnly) {
  const all = [...rooms.values()];
  const at = all.findIndex(({ name }) => name === current);
  const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].filter(({ unread }) => unread || !isUnreadOnly);
  return others.at(direction);
}
