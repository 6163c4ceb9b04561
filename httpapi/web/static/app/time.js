// Times, in the zone and the words of whoever looks.

const clockFormat = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat("en", { dateStyle: "full" });
const exactFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

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
  return dayFormat.format(then);
}
