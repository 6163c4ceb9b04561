// The service worker: it keeps the shell of the page, so that the page opens
// without a network, and nothing that anybody said.
const cacheName = "{{base}}";
const shell = ["{{shell}}"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(shell)));
});

// Older shells go once no tab runs them any more: only then is this one active.
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(
    names.filter((name) => name !== cacheName).map((name) => caches.delete(name)),
  )));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (request.mode === "navigate" && !pathname.startsWith("/api/")) {
    event.respondWith(fetch(request).catch(() => caches.match("/").then((kept) => kept || Response.error())));
  }
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) =>
    open.length ? open[0].focus().then((tab) => tab.postMessage({ go: event.notification.data })) : clients.openWindow(event.notification.data || "/")));
});
