import assert from "node:assert/strict";
import test from "node:test";
import { KEPT, percentile, recorded, scaleFor } from "../../../static/js/status/figures.js";

const total = (count) => ({ total: count, per_second: 7 });
const report = (second, published = 0, latency = []) => {
  const bounds = [1, 2, 5, 10];
  const within = (le) => latency.filter((value) => value <= le).length;
  return {
    time: 1_000_000 + second * 1000,
    uptime_seconds: second,
    published: total(published), deliveries: total(0), received: total(0), sent: total(0),
    latency_ms: { count: latency.length, sum: 0, buckets: bounds.map((le) => ({ le, count: within(le) })) },
  };
};

test("rates come from the totals of two reports, the first from the node", () => {
  let history = recorded([], report(10, 100));
  assert.equal(history[0].published, 7);
  history = recorded(history, report(12, 300));
  assert.equal(history[1].published, 100);
});

test("the same report twice is one, and the history is bounded", () => {
  let history = recorded(recorded([], report(1)), report(1));
  assert.equal(history.length, 1);
  for (let second = 2; second < 500; second += 1) history = recorded(history, report(second));
  assert.equal(history.length, KEPT);
});

test("a node that began anew begins a new history", () => {
  const history = recorded(recorded([], report(100, 50)), { ...report(101, 3), uptime_seconds: 1 });
  assert.deepEqual(history.map(({ report: { published } }) => published.total), [3]);
});

test("latency is that of the last reports, by percentiles within buckets", () => {
  let history = recorded([], report(1, 0, [1, 1, 1]));
  assert.ok(history[0].p50 <= 1);
  history = recorded(history, report(2, 0, [1, 1, 1, 4, 4, 4, 4]));
  assert.ok(history[1].p50 > 2 && history[1].p50 <= 5);
  history = recorded(history, report(3, 0, [1, 1, 1, 4, 4, 4, 4]));
  assert.ok(history[2].p99 > 2);
});

test("without a delivery there is no latency, and above the last bound it counts as that", () => {
  assert.equal(percentile({ count: 0, buckets: [] }, 0.5), null);
  assert.equal(percentile({ count: 2, buckets: [{ le: 1, count: 0 }, { le: 10, count: 0 }] }, 0.5), 10);
  assert.equal(percentile({ count: 4, buckets: [{ le: 1, count: 0 }, { le: 3, count: 4 }] }, 0.5), 2);
});

test("a scale ends at 1, 2 or 5 with zeros", () => {
  assert.deepEqual([0, 1, 1.5, 3, 7, 10, 11, 430, 5001].map(scaleFor), [1, 1, 2, 5, 10, 10, 20, 500, 10_000]);
});
