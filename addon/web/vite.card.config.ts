import { defineConfig } from "vite";

// One file with everything in it: Home Assistant loads it as a resource by its address.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../../custom_components/neighborcam/frontend",
    emptyOutDir: true,
    target: "es2022",
    lib: { entry: "src/card/card.ts", formats: ["es"], fileName: () => "neighborcam-card.js" },
  },
});
