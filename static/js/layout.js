// The panels: beside the messages on a wide page; above them on a narrow one, one at a time, and what lies beneath takes
// no focus. Loaded when somebody opens or closes one.

import { h } from "./dom.js";

const WIDE = { rooms: "(min-width: 760px)", members: "(min-width: 1040px)" };

export class Layout {
  #open = null;
  #opener = null;

  constructor(root, panels, main) {
    Object.assign(this, { root, panels, main });
    this.scrim = h("div.scrim", { hidden: true, onclick: () => this.close() });
    root.append(this.scrim);
    for (const query of Object.values(WIDE)) matchMedia(query).addEventListener("change", () => this.close());
    // A tap on a room goes there, and the drawer has done its work.
    panels.rooms.addEventListener("click", ({ target }) => target.closest("a") && this.close());
  }

  toggle(name) {
    if (matchMedia(WIDE[name]).matches) return this.root.classList.toggle(`without-${name}`);
    this.#opener = document.activeElement;
    this.#show(name);
    this.panels[name].querySelector(".drawer-close").focus();
  }

  /** @returns whether there was something to close. */
  close() {
    if (!this.#open) return false;
    this.#show(null);
    this.#opener?.focus();
    return true;
  }

  #show(open) {
    this.#open = open;
    this.scrim.hidden = !open;
    this.main.inert = Boolean(open);
    for (const [name, panel] of Object.entries(this.panels)) panel.classList.toggle("open", name === open);
  }
}
