/** What /readyz says. */
export async function readiness() {
  const answer = await fetch("readyz", { cache: "no-store", signal: AbortSignal.timeout(5_000) }).catch(() => null);
  return !answer ? "unreachable" : answer.ok ? "ready" : "unready";
}
