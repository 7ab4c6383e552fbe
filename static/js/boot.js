// Before anything is painted: the appearance that was chosen, so that a dark page never flashes white.
try {
  document.documentElement.dataset.theme = localStorage.getItem("chat.theme") ?? "auto";
} catch {
  // No storage, no choice.
}
