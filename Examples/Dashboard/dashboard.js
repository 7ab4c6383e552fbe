// A room and its node on a screen at the wall: /?server=http://127.0.0.1:8080&room=lobby
//
// Messages come by Server-Sent Events, figures by `GET /api/status` (docs/PROTOCOL.md, section 8). The page belongs to another
// origin than the server, which has to name it: --cors-origin.

const parameters = new URLSearchParams(location.search);
const server = parameters.get("server") ?? "http://127.0.0.1:8080";
const room = parameters.get("room") ?? "lobby";

const shownMessages = 12;
const shownSamples = 60;
const pollMilliseconds = 2000;
const returnMilliseconds = 5000;

const element = (id) => document.getElementById(id);
element("room").textContent = room;

// ---- Messages

function show({ seq, from, text, kind, of }) {
  const list = element("messages");
  if (kind === "deletion") return list.querySelector(`[data-seq="${Number(of)}"]`)?.remove();
  if (kind === "deleted") return;
  const [row, author] = [document.createElement("li"), document.createElement("b")];
  row.dataset.seq = seq;
  author.textContent = from.name;
  row.append(author, text);
  list.prepend(row);
  while (list.childElementCount > shownMessages) list.lastElementChild.remove();
}

/** Listens from a place of the log on. A browser comes back by itself where it was; not after an answer that is no stream. */
function listen(place) {
  const from = place ? `after=${place}` : `history=${shownMessages}`;
  const source = new EventSource(`${server}/api/rooms/${encodeURIComponent(room)}/events?${from}`);
  const on = (type, take) =>
    source.addEventListener(type, (event) => {
      place = event.lastEventId || place;
      take(event);
    });
  on("message", (event) => show(JSON.parse(event.data)));
  on("reset", () => element("messages").replaceChildren());
  on("gap", () => {});
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, returnMilliseconds, place);
  };
}

// ---- Figures

const samples = [];

function draw(figure) {
  samples.push(figure);
  if (samples.length > shownSamples) samples.shift();
  const highest = Math.max(...samples, 1);
  const points = samples.map((sample, index) => `${shownSamples - samples.length + index},${9.5 - (9 * sample) / highest}`);
  element("line").setAttribute("points", points.join(" "));
}

async function poll() {
  try {
    const answer = await fetch(`${server}/api/status`);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const status = await answer.json();
    element("state").textContent = `${status.node} · ${status.state}`;
    for (const name of ["connections", "rooms", "members"]) element(name).textContent = status[name].toLocaleString();
    for (const name of ["published", "deliveries"]) element(name).textContent = status[name].per_second.toLocaleString();
    draw(status.deliveries.per_second);
  } catch (error) {
    element("state").textContent = `no answer from ${server} (${error.message})`;
  }
  setTimeout(poll, pollMilliseconds);
}

listen();
poll();
