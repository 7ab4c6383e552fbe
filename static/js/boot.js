// Before the first paint: the appearance, and the language, whose strings are fetched at once.
{
  let stored = {};
  try {
    stored = localStorage;
  } catch {}
  const { documentElement: root, head, currentScript } = document;
  root.dataset.theme = stored["chat.theme"] ?? "auto";
  root.lang = [stored["chat.language"] ?? "", ...navigator.languages].find((tag) => /^(en|ko)/.test(tag))?.slice(0, 2) ?? "en";
  const href = `js/${currentScript.dataset.strings}/${root.lang}.js`;
  head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
}
