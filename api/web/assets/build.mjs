// Builds ../static from src: one stylesheet, a script a page that needs one, htmx as published, licences, checksums.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const out = new URL("../static/", import.meta.url);
const banner = "/* Bright Kitchen, AGPL-3.0-or-later. Source: api/web/assets/src */";

await build({
  entryPoints: ["src/bk.css", "src/case.css", "src/office.css", "src/custody.css", "src/dashboard.css", "src/portal.css", "src/card.css", "src/recorded.css", "src/recorded.js", "src/pages.js", "src/visit-pages.css", "src/visits.css", "src/visits.js", "src/visits_worker.js", "src/review.js", "src/desk.js", "src/patrol.css", "src/wall.js", "src/zones.js", "src/samples.js"],
  outdir: out.pathname,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome123", "firefox125", "safari17.5"],
  banner: { js: banner, css: banner },
});
for (const name of ["192", "512", "mask"]) copyFileSync(`src/visit-icon-${name}.png`, new URL(`visit-icon-${name}.png`, out));
copyFileSync("node_modules/htmx.org/dist/htmx.min.js", new URL("htmx.min.js", out));
mkdirSync(new URL("licences/", out), { recursive: true });
copyFileSync("node_modules/htmx.org/LICENSE", new URL("licences/htmx.txt", out));

const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== "checksums.txt")
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(out.pathname.length - 1).replace(/^\/+/, ""))
  .sort();
const sum = (file) => createHash("sha256").update(readFileSync(new URL(file, out))).digest("hex");
writeFileSync(new URL("checksums.txt", out), files.map((file) => `${sum(file)}  ${file}\n`).join(""));
