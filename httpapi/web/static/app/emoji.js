// Emoji by the short names that the terminal knows, too. The table is loaded
// when it is first wanted.

/** @typedef {{name: string, emoji: string}} Emoji */

/** @type {Promise<Emoji[]> | null} */
let table = null;

export function emojiTable() {
  table ??= fetch(new URL("../emoji.txt", import.meta.url)).then((answer) => answer.ok ? answer.text() : Promise.reject(new Error("the emoji cannot be loaded"))).then((text) =>
    text.trim().split("\n").map((row) => {
      const [name, emoji] = row.split(" ");
      return { name, emoji };
    }),
  ).catch((error) => {
    table = null;
    throw error;
  });
  return table;
}

/**
 * @param {string} letters
 * @returns {Promise<Emoji[]>} those whose name begins so, then those that hold it
 */
export async function searchEmoji(letters) {
  const all = await emojiTable();
  const wanted = letters.toLowerCase();
  return [...all.filter((e) => e.name.startsWith(wanted)), ...all.filter((e) => e.name.indexOf(wanted) > 0)];
}

export const usual = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀"];
