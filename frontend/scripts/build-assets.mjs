/**
 * Bundle the browser modules that our server side serves, one ES module for each.
 *
 * - `widgets/<name>/index.ts` becomes `<name>.<hash>.js`, the module of an anywidget.
 * - `console/` and `terminal/` become folders of the same names, each with a page: their
 *   `build.mjs` say how.
 *
 * Names on the command line restrict it to those widgets: `node scripts/build-assets.mjs vm-list`.
 * `assets.json` maps names to files; the kernel reads it (qvirt_jupyter/widgets/_assets.py).
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('..', import.meta.url));
const target = join(here, '../qvirt_jupyter/static');
const minify = process.argv.includes('--minify');
const watch = process.argv.includes('--watch');
const only = process.argv
  .slice(2)
  .filter(argument => !argument.startsWith('-'));

/** The pages that are shown in frames. */
const PAGES = ['console', 'terminal'];

/** What every bundle has in common: the browsers that JupyterLab 4 supports. */
export const COMMON = {
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  minify,
  sourcemap: minify ? false : 'inline',
  legalComments: 'inline',
  loader: { '.css': 'text', '.svg': 'text' },
  logLevel: 'warning'
};

function widgetEntries() {
  const folder = join(here, 'widgets');
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => ({
      name: entry.name,
      path: join(folder, entry.name, 'index.ts')
    }))
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .filter(({ path }) => existsSync(path));
}

/** Write the table of names; files of an earlier build are removed. */
function writeTable(metafile, entries) {
  const table = join(target, 'assets.json');
  // Where only some are built, the others stay.
  const assets =
    only.length > 0 && existsSync(table)
      ? JSON.parse(readFileSync(table, 'utf-8'))
      : {};
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    const entry = entries.find(
      candidate =>
        entryPoint && join(process.cwd(), entryPoint) === candidate.path
    );
    if (entry) {
      assets[entry.name] = { file: basename(output) };
    }
  }
  const kept = new Set(Object.values(assets).map(asset => asset.file));
  for (const file of readdirSync(target)) {
    if (file.endsWith('.js') && !kept.has(file)) {
      rmSync(join(target, file));
    }
  }
  writeFileSync(table, `${JSON.stringify(assets, null, 2)}\n`);
}

mkdirSync(target, { recursive: true });
const entries = widgetEntries();
const options = {
  ...COMMON,
  entryPoints: Object.fromEntries(
    entries.map(entry => [entry.name, entry.path])
  ),
  entryNames: '[name].[hash]',
  outdir: target,
  metafile: true,
  plugins: [
    {
      name: 'table-of-assets',
      setup(build) {
        build.onEnd(result => {
          if (result.metafile) {
            writeTable(result.metafile, entries);
          }
        });
      }
    }
  ]
};

for (const name of PAGES) {
  if (only.length === 0 || only.includes(name)) {
    const { buildPage } = await import(
      new URL(`../${name}/build.mjs`, import.meta.url)
    );
    await buildPage({ esbuild, common: COMMON, target: join(target, name) });
  }
}

if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
