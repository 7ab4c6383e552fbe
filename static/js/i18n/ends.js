/** The time at which something ends, with the day unless it is today. */
export function endOf(language, time) {
  const end = new Date(time);
  const isToday = end.toDateString() === new Date().toDateString();
  return end.toLocaleString(language, { ...(isToday ? {} : { month: "short", day: "numeric" }), hour: "numeric", minute: "2-digit" });
}
