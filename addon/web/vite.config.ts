import { defineConfig } from "vite";

// Relative addresses only: the page also works below a path prefix (Home Assistant's ingress).
export default defineConfig({
  base: "./",
  build: {
    outDir: "../neighborcam/engine/web/dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The engine's page, that of a hub, and that of an agency's desk.
    rollupOptions: { input: ["index.html", "hub.html", "desk.html"] },
  },
});
