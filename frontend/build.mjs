// Builds the workbench into lms/static/workbench/, with a digest of the sources beside it:
// a test compares it, so that what is served is what the sources say.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "lms", "static", "workbench");

rmSync(target, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts", "src/workbench.css"],
  entryNames: "[name]",
  chunkNames: "[name]",
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  target: ["es2022"],
  legalComments: "none",
  logLevel: "info",
});

const digest = createHash("sha256");
for (const name of ["package-lock.json", ...readdirSync(join(here, "src")).sort().map((name) => `src/${name}`)]) {
  digest.update(`${name}\0`).update(readFileSync(join(here, name)));
}
writeFileSync(join(target, "sources.sha256"), `${digest.digest("hex")}\n`);
