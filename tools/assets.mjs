// Build what pages load: node tools/assets.mjs (after npm ci). No network, no page names another host.
//
// Writes app/web/static (hashed names, manifest.json, icons.json) and app/portal/fonts (for PDFs).
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const assets = join(root, "app/web/assets");
const modules = join(root, "node_modules");
const target = join(root, "app/web/static");
const fresh = `${target}.new`;
const fonts = join(root, "app/portal/fonts");

const manifest = {};

/** Keep `text` under a name that changes with its content, so that browsers may keep it for ever. */
function keep(name, text) {
  const bytes = Buffer.from(text);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  manifest[name] = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  writeFileSync(join(fresh, manifest[name]), bytes);
  console.log(`${name.padEnd(12)} ${gzipSync(bytes).length} bytes compressed`);
}

const read = (name) => readFileSync(join(assets, name), "utf8");

async function css(text) {
  const options = { loader: "css", minify: true, target: ["chrome111", "safari16.4"] };
  return (await esbuild.transform(text, options)).code;
}

async function styles() {
  const base = sass.compile(join(assets, "tabler.scss"), {
    loadPaths: [modules],
    style: "compressed",
    quietDeps: true,
    logger: sass.Logger.silent,
  }).css;
  const own = ["tokens.css", "app.css", "parts.css", "manage.css", "lists.css", "accounts.css", "scan.css", "worksheet.css", "import.css", "signing.css", "replacement.css", "standards.css", "campaigns.css", "print.css"].map(read).join("\n");
  // Tabler is left as it was compiled: its light-dark() would be expanded, and doubled, by a second pass.
  keep("app.css", base + (await css(own)));
  keep("public.css", await css(read("public.css")));
}

async function script(name, entry) {
  const built = await esbuild.build({
    entryPoints: [join(assets, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome111", "safari16.4"],
    legalComments: "none",
    nodePaths: [modules],
  });
  // A library's own idea of where its files are: ours come from here, and no page names a host.
  keep(name, built.outputFiles[0].text.replaceAll(/https:\/\/fastly\.jsdelivr\.net\/npm\//g, "/"));
}

/** The decoder of codes, which its worker loads under the name it is given. */
function decoder() {
  keep("zxing.wasm", readFileSync(join(modules, "zxing-wasm/dist/reader/zxing_reader.wasm")));
}

/** The lines inside an icon; the macro wraps them, so that no page asks for a file of icons. */
function inner(name) {
  const file = join(modules, "@tabler/icons/icons/outline", `${name}.svg`);
  const svg = readFileSync(file, "utf8");
  const paths = svg.match(/<(path|circle|rect|line)[^>]*>/g) ?? [];
  return paths.filter((line) => !line.includes('stroke="none"')).join("");
}

function icons() {
  const names = read("icons.txt").split("\n").filter(Boolean);
  const drawn = Object.fromEntries(names.map((name) => [name, inner(name)]));
  writeFileSync(join(fresh, "icons.json"), JSON.stringify(drawn));
  keep("mark.svg", read("mark.svg"));
}

function paperFonts() {
  mkdirSync(fonts, { recursive: true });
  const family = join(modules, "@expo-google-fonts/noto-sans-sc");
  for (const weight of ["400Regular", "700Bold"]) {
    cpSync(join(family, weight, `NotoSansSC_${weight}.ttf`), join(fonts, `NotoSansSC-${weight}.ttf`));
  }
  cpSync(join(family, "LICENSE_FONT"), join(fonts, "OFL.txt"));
}

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
await styles();
await script("app.js", "app.js");
await script("lock.js", "lock.js");
await script("scan.js", "scan/page.js");
await script("scan-worker.js", "scan/worker.js");
await script("worksheet.js", "worksheet/page.js");
await script("worksheet-choose.js", "worksheet/choose.js");
await script("worker.js", "worksheet/worker.js");
decoder();
icons();
paperFonts();
writeFileSync(join(fresh, "manifest.json"), JSON.stringify(manifest, null, 1));
// Swapped in at the end: a build that fails leaves the last good pages standing.
rmSync(target, { recursive: true, force: true });
renameSync(fresh, target);
