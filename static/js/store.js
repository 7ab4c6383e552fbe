// Holds the state, and tells its listeners once per frame.

export function makeStore(reduce, state) {
  const listeners = [];
  const store = { state, dispatch, subscribe };
  let isScheduled = false;
  return store;

  function dispatch(action) {
    const next = reduce(store.state, action);
    if (next === store.state) return;
    store.state = next;
    if (isScheduled) return;
    isScheduled = true;
    // A hidden page has no frames.
    const timer = setTimeout(() => tell(frame), 100);
    const frame = requestAnimationFrame(() => tell(frame, timer));
  }

  /** Calls `render` with the state now and after every change. */
  function subscribe(render) {
    listeners.push(render);
    render(store.state);
  }

  function tell(frame, timer) {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    isScheduled = false;
    for (const render of listeners) {
      // A part that fails must not keep the new state from the others.
      try {
        render(store.state);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
