// Runs before all else: a chosen theme must not flash, and the first access
// token is worth asking for while the rest of the page is on its way.
(() => {
  try {
    const theme = localStorage.getItem("parley.theme");
    if (theme === `"light"` || theme === `"dark"`) document.documentElement.dataset.theme = JSON.parse(theme);
    const ask = () => fetch("/api/v1/auth/refresh", { method: "POST", signal: AbortSignal.timeout(8000) });
    if (Number(localStorage.getItem("parley.in"))) window.parleyEarly = navigator.locks ? navigator.locks.request("parley.refresh", { ifAvailable: true }, (lock) => lock && ask()) : ask();
    window.parleyEarly?.catch(() => {}); // whoever takes it deals with it
  } catch {
    // A browser that keeps nothing follows the system, and knows nobody.
  }
})();
