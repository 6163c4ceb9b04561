// What draws the eye: the title, the icon, and notices if they were asked for.

import { effect, signal } from "@preact/signals";
import { sleep } from "./api.js";
import { keep, kept } from "./kept.js";
import { looking } from "./own.js";
import { me } from "./people.js";
import { calling, calls, callsMe, current, mine, onMessage } from "./rooms.js";
import { go } from "./route.js";
import { line } from "./text.js";
import { tell } from "./ui.js";

export const possible = "Notification" in window && isSecureContext;
export const allowed = signal(possible ? Notification.permission : "denied");
export const wanted = signal(kept("notices", false));

/** @param {boolean} want only ever on a click */
export async function allow(want) {
  if (want && allowed.value !== "granted") allowed.value = await Notification.requestPermission();
  wanted.value = want && allowed.value === "granted";
  keep("notices", wanted.value);
  if (want && !wanted.value) tell("The browser shows no notices of this page.", true);
}

const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector("#icon"));
const icons = icon && { calm: icon.href, unread: icon.href.replace("icon.svg", "icon-unread.svg") };

effect(() => {
  const n = calling.value, some = mine.value.some((room) => !room.info.value.muted && room.info.value.unread > 0);
  const where = current.value ? line(current.value.info.value.title) + " · " : "";
  document.title = `${n ? `(${n}) ` : some ? "• " : ""}${where}Parley`;
  const href = icons && (n ? icons.unread : icons.calm);
  if (icon && href && icon.href !== href) icon.href = href;
  (n ? navigator.setAppBadge?.(n) : navigator.clearAppBadge?.())?.catch(() => {});
});

// Nobody needs a notice of what another tab shows: before there is one, the
// tab that somebody looks at is asked, and answers with the notice's path.
const tabs = new BroadcastChannel("parley.notices");
const replyTime = 300;
/** @type {Set<string>} */
const shownElsewhere = new Set();

tabs.onmessage = ({ data: { room, path } }) => {
  if (!room) shownElsewhere.add(path);
  else if (looking.value && room === current.value?.id) tabs.postMessage({ path });
};

addEventListener("storage", (event) => {
  if (event.key === "parley.notices") wanted.value = kept("notices", false);
});

const longestNotice = 200; // characters of a notice

onMessage(async (room, message) => {
  const info = room.info.value, { author } = message;
  if (!wanted.value || allowed.value !== "granted" || author.id === me.value?.id || me.value?.state === "dnd") return;
  if (!room.joined || looking.value && room === current.value) return;
  if (info.muted || info.notify === "none" || !(calls({ ...info, unread: 1, mentions: callsMe(message.mentions) ? 1 : 0 }))) return;
  const title = info.kind === "direct" ? line(author.username) : `${line(author.username)} in ${line(info.title)}`;
  const path = `/r/${room.id}/${message.seq}`;
  tabs.postMessage({ room: room.id, path });
  await sleep(replyTime);
  if (shownElsewhere.delete(path)) return;
  // The same tag from several tabs is one notice.
  const options = { body: line(message.content).slice(0, longestNotice), tag: path, data: path };
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      focus();
      go(path);
      shown.close();
    };
  } catch {
    navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, options)); // a phone's browser wants it so
  }
});
