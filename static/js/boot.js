// Runs before the first paint: sets appearance and language, and fetches the strings. For a user with a name it also connects;
// net/client.js takes over.
{
  let stored = {};
  try {
    stored = localStorage;
  } catch {}
  const { documentElement: root, head, currentScript } = document;
  root.dataset.theme = stored["chat.theme"] ?? "auto";
  root.lang = [stored["chat.language"] ?? "", ...navigator.languages].find((tag) => /^(en|ko)/.test(tag))?.slice(0, 2) ?? "en";
  const { strings, socket } = currentScript.dataset;
  const href = `js/${strings}/${root.lang}.js`;
  head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
  const { "chat.name": name, "chat.session": session } = stored;
  if (socket && name && !stored["chat.tokens"]) {
    const early = (window.early = new WebSocket(new URL(socket, location).href.replace("http", "ws"), "chat.v1"));
    early.received = [];
    early.onopen = () => early.send(JSON.stringify({ type: "hello", id: 1, name: session && !stored["chat.renamed"] ? undefined : name, session, client: "web" }));
    early.onmessage = ({ data }) => early.received.push(data);
  }
}
