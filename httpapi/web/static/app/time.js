// Times, in the zone and the words of whoever looks.

const clockFormat = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const yearFormat = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const exactFormat = new Intl.DateTimeFormat("en", {
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** @param {string} at */
export const clock = (at) => clockFormat.format(new Date(at));

/** @param {string} at */
export const exact = (at) => exactFormat.format(new Date(at));

/** @param {string} at @returns {string} the same for all times of one day */
export const dayKey = (at) => new Date(at).toDateString();

/** @param {string} at */
export function day(at) {
  const then = new Date(at), now = new Date();
  if (then.toDateString() === now.toDateString()) return "Today";
  now.setDate(now.getDate() - 1);
  if (then.toDateString() === now.toDateString()) return "Yesterday";
  return (then.getFullYear() === now.getFullYear() ? dayFormat : yearFormat).format(then);
}
