import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** What the service worker is, given the files of a build and a name for exactly them. */
export function serviceWorker(files: readonly string[], version: string): string {
  return `// Keeps this build for when there is no network. Written by the build.
const files = ${JSON.stringify(["./", ...files])};
const cacheName = "unroll-demo-" + new URL(self.registration.scope).pathname + "-${version}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const prefix = cacheName.slice(0, -"${version}".length);
  const old = (names) => names.filter((name) => name.startsWith(prefix) && name !== cacheName);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(
    caches
      .open(cacheName)
      .then((cache) => cache.match(request, { ignoreSearch: true }))
      .then((kept) => kept ?? fetch(request)),
  );
});
`;
}

/** Writes `sw.js` beside the build: a service worker that keeps all of its files. */
export function offline(): Plugin {
  return {
    name: "unroll-offline",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const hash = createHash("sha256");
      const files = Object.keys(bundle)
        .filter((name) => !name.endsWith(".map"))
        .sort();
      for (const name of files) {
        const file = bundle[name];
        hash.update(name).update(file.type === "chunk" ? file.code : file.source);
      }
      const source = serviceWorker(files, hash.digest("hex").slice(0, 12));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}
