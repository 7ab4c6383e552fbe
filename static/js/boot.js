// Before the first paint, so that a dark page never flashes white.
try {
  document.documentElement.dataset.theme = localStorage.getItem("chat.theme") ?? "auto";
} catch {}
