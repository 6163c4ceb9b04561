// What this browser keeps: choices, and what was written but not sent yet.

const prefix = "parley.";

/**
 * @template T
 * @param {string} name
 * @param {T} otherwise
 * @returns {T}
 */
export function kept(name, otherwise) {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise; // storage that is forbidden or holds something else
  }
}

/**
 * @param {string} name
 * @param {unknown} value undefined forgets it
 */
export function keep(name, value) {
  try {
    if (value === undefined) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // Without storage a reload forgets; nothing else is lost.
  }
}

/** Forgets what was written here, as on signing out. */
export function forget() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(prefix) && name !== prefix + "theme") localStorage.removeItem(name);
    }
  } catch {
    // As above.
  }
}
