// The figures of the charts, from one report of the node to the next. Pure functions.

/** The number of points that are kept: two minutes, at one a second. */
export const KEPT = 120;
/** The number of reports for one latency. */
const LATENCY_REPORTS = 10;

const RATES = ["published", "deliveries", "received", "sent"];

/** The history with one more report. A node that restarted begins a new history. */
export function recorded(history, report) {
  const last = history.at(-1)?.report;
  if (last && report.time <= last.time) return history;
  const isRestarted = last && (report.uptime_seconds < last.uptime_seconds || report.published.total < last.published.total);
  const before = isRestarted ? [] : history;
  return [...before.slice(1 - KEPT), { report, ...derived(before, report) }];
}

function derived(history, report) {
  const last = history.at(-1)?.report;
  const seconds = last ? (report.time - last.time) / 1000 : 0;
  const rates = RATES.map((name) => [name, seconds > 0 ? (report[name].total - last[name].total) / seconds : report[name].per_second]);
  const base = history.at(-LATENCY_REPORTS)?.report ?? history[0]?.report;
  const latency = base ? difference(report.latency_ms, base.latency_ms) : report.latency_ms;
  return { ...Object.fromEntries(rates), p50: percentile(latency, 0.5), p95: percentile(latency, 0.95), p99: percentile(latency, 0.99) };
}

function difference(now, then) {
  const buckets = now.buckets.map(({ le, count }, index) => ({ le, count: count - (then.buckets[index]?.count ?? 0) }));
  return { count: now.count - then.count, buckets };
}

/**
 * The value below which a share of the latencies is, interpolated within its bucket; null without latencies. A latency
 * above the last bound counts as the last bound.
 */
export function percentile({ count, buckets }, share) {
  if (count <= 0) return null;
  const wanted = share * count;
  let [low, below] = [0, 0];
  for (const { le, count: within } of buckets) {
    if (within >= wanted) return low + ((le - low) * (wanted - below)) / (within - below || 1);
    [low, below] = [le, within];
  }
  return low;
}

/** The end of a scale that holds a value: 1, 2 or 5 with zeros. */
export function scaleFor(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most);
}
