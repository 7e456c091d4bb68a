import path from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = process.env["NEARFRAME_SERVER"] ?? "http://localhost:8080";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    // Art and fonts are files with hashed names that a browser keeps; nothing is folded into scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: path.join(import.meta.dirname, "index.html"),
        "service-worker": path.join(import.meta.dirname, "src/worker/service-worker.ts"),
      },
      output: {
        // Browsers find a new worker by asking for the same address again.
        entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: {
      "/api": SERVER,
      "/art": SERVER,
      "/control": { target: SERVER, ws: true },
    },
  },
});
