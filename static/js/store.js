// Holds the state, and tells its listeners once per frame however much happened: a replay is one rendering.

export class Store {
  #reduce;
  #listeners = [];
  #isScheduled = false;

  constructor(reduce, state) {
    this.#reduce = reduce;
    this.state = state;
  }

  dispatch(action) {
    const next = this.#reduce(this.state, action);
    if (next === this.state) return;
    this.state = next;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A hidden page gets no frames, but its title goes on.
    const timer = setTimeout(() => this.#render(frame), 100);
    const frame = requestAnimationFrame(() => this.#render(frame, timer));
  }

  /** Calls `render` with the state now and after every change. */
  subscribe(render) {
    this.#listeners.push(render);
    render(this.state);
  }

  #render(frame, timer) {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    this.#isScheduled = false;
    for (const render of this.#listeners) render(this.state);
  }
}
