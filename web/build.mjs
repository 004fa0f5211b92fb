// Bundles the page into the package: one module that starts it, scores in a part of their own that loads when needed.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const out = new URL("../src/segue/serve/static/", import.meta.url).pathname;
const limit = 300 * 1024; // bytes of all files together, compressed

// a strict policy refuses styles that are set as text: as properties it accepts the same ones, and the sheet that abcjs
// puts into each score is for dragging notes, which is not done here
const strict = {
  name: "strict",
  setup: (made) => made.onLoad({ filter: /abcjs[\\/]src[\\/].*\.js$/ }, async ({ path }) => ({
    contents: (await readFile(path, "utf8"))
      .replace(/\.setAttribute\(["']style["'], ?/g, ".style.cssText = (")
      .replace(/renderer\.paper\.insertStyles\(.*\);/, ""),
    loader: "js",
  })),
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: ["src/main.ts", "src/style.css"],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2023",
  minify: true,
  legalComments: "linked",
  entryNames: "[name]",
  plugins: [strict],
});
for (const name of ["index.html", "icon.svg", "manifest.webmanifest"]) await copyFile(`src/${name}`, out + name);
let size = 0;
for (const name of await readdir(out)) {
  if (!name.endsWith(".txt")) size += gzipSync(await readFile(out + name)).length;
}
console.log(`${(size / 1024).toFixed(0)} KB compressed in ${out}`);
if (size > limit) throw new Error(`the page has ${size} bytes compressed; ${limit} are allowed`);
