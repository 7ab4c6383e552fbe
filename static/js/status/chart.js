// A line over time as SVG, drawn again with every report.

import { h, svg } from "../dom.js";
import { KEPT, scaleFor } from "./figures.js";

const [WIDTH, HEIGHT] = [KEPT - 1, 100];

/**
 * @param lines  Names of the figures, one or two. @param format  Formats a value. @param label  The name for screen readers.
 * @param ends  The words below both ends of the time axis.
 * @returns `{node, draw(history)}`
 */
export function chart(lines, format, label, ends) {
  const picture = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  const area = svg("path", { class: "area" });
  const paths = lines.map((_, index) => svg("path", { class: index ? "line second" : "line" }));
  const grid = svg("path", { class: "grid", d: `M0 ${HEIGHT}H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 0H${WIDTH}` });
  picture.append(grid, area, ...paths);
  const top = h("span.top", { "aria-hidden": "true" });
  const node = h("div.picture", {}, top, picture, h("div.scale", { "aria-hidden": "true" }, ...ends.map((text) => h("span", {}, text))));

  function draw(history) {
    const values = lines.map((name) => history.map((point) => point[name] ?? point.report[name] ?? null));
    const end = scaleFor(Math.max(...values.flat().map((value) => value ?? 0)));
    top.textContent = format(end);
    picture.setAttribute("aria-label", `${label}: ${values.map((list) => format(list.at(-1))).join(", ")}`);
    const x = (index) => WIDTH - (history.length - 1 - index);
    const y = (value) => HEIGHT - (value / end) * HEIGHT;
    paths.forEach((path, line) => path.setAttribute("d", pathOf(values[line], x, y)));
    const known = values[0].findIndex((value) => value !== null);
    const isWhole = known >= 0 && !values[0].slice(known).includes(null);
    area.setAttribute("d", isWhole ? `${pathOf(values[0], x, y)}V${HEIGHT}H${x(known)}Z` : "");
  }

  return { node, draw };
}

/** A line through the known values, with gaps where a value is missing. */
function pathOf(values, x, y) {
  return values.map((value, index) => {
    if (value === null) return "";
    return `${(values[index - 1] ?? null) === null ? "M" : "L"}${x(index)} ${y(value).toFixed(2)}`;
  }).join("");
}
