import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { writeCharts } from './layout-charts.mjs'

/** Files that are worth compressing: text. */
const TEXT = /\.(?:html|js|css|svg|json|webmanifest)$/
/** The views that load their styles when they are opened. */
const STYLED_VIEWS = ['list', 'player', 'inspector', 'audit', 'settings']

/**
 * Bundles the page in `source` into `folder`: index.html, manifest.webmanifest, icons, the charts
 * of the machines, and assets whose names hold a hash of their content, so that browsers may keep
 * them for ever. Beside every text lie its compressed copies (`.br`, `.gz`). Throws when the
 * bundler finds errors.
 */
export async function buildPage(source, folder, { definitions, commands }) {
  // Loaded here, because setup runs before the packages are installed.
  const { build } = await import('esbuild')
  mkdirSync(folder, { recursive: true })
  const options = {
    outdir: join(folder, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    target: ['chrome120', 'firefox121', 'safari17'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }
  const scripts = await bundleScripts(build, options, source)
  // A script cannot import a style of its own: the view adds it to the page.
  const styles = await build({
    ...options,
    entryPoints: Object.fromEntries(
      STYLED_VIEWS.map((view) => [view, join(source, view, `${view}.css`)]),
    ),
  })
  const style = { ...options, entryPoints: [join(source, 'style/main.css')], write: false }
  const [{ text: firstStyle }] = (await build(style)).outputFiles
  const names = [scripts.page, scripts.start, scripts.worker, styles].flatMap(({ metafile }) =>
    Object.keys(metafile.outputs).map((path) => basename(path)),
  )
  const charts = await writeCharts(definitions, commands, join(folder, 'charts'))
  const html = fillPage(readFileSync(join(source, 'index.html'), 'utf8'), {
    scripts,
    firstStyle,
    newestCharts: charts
      .map((path) => basename(path))
      .filter((name) => name.endsWith(`-v${definitions.MACHINES_VERSION}.json`)),
    styleOf: (view) => names.find((name) => name.startsWith(`${view}-`) && name.endsWith('.css')),
  })
  writeFileSync(join(folder, 'index.html'), html)
  copyFileSync(join(source, 'manifest.webmanifest'), join(folder, 'manifest.webmanifest'))
  cpSync(join(source, 'icons'), join(folder, 'icons'), { recursive: true })
  const assets = names.map((name) => join(folder, 'assets', name))
  for (const path of [...assets, join(folder, 'index.html'), ...charts]) compress(path)
}

/** Bundles the page's script with its views, the first script, and the worker of all windows. */
async function bundleScripts(build, options, source) {
  const page = await build({
    ...options,
    entryPoints: { main: join(source, 'main.tsx') },
    splitting: true,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [onePieceOf(join(source, 'main.tsx'))],
  })
  const main = outputWith(page.metafile, 'main.tsx')
  // On their own: a file shared with the page would be one more request before the page is shown.
  const start = await build({
    ...options,
    entryPoints: { start: join(source, 'start.ts') },
    format: 'esm',
    plugins: [named('./main.tsx', `./${main}`)],
  })
  const worker = await build({
    ...options,
    entryPoints: { 'stream-worker': join(source, 'live/stream-worker.ts') },
    format: 'iife',
  })
  return { page, start, worker, main }
}

/** Writes the first styles and the names of all files into the page. */
function fillPage(html, { scripts, firstStyle, newestCharts, styleOf }) {
  const { page, start, worker, main } = scripts
  return (
    html
      .replace('/assets/start.js', `/assets/${outputWith(start.metafile, 'start.ts')}`)
      .replace(
        '/assets/stream-worker.js',
        `/assets/${outputWith(worker.metafile, 'stream-worker.ts')}`,
      )
      .replace('/assets/main.js', `/assets/${main}`)
      .replace('/charts/', newestCharts.map((name) => `/charts/${name}`).join(' '))
      // In the page itself: the first paint would wait for a file.
      .replace('<style></style>', () => `<style>${firstStyle.trim()}</style>`)
      .replace(/\/assets\/(\w+)\.css/g, (_, view) =>
        [styleOf(view), ...scriptsOf(page.metafile, view, main)]
          .map((name) => `/assets/${name}`)
          .join(' '),
      )
  )
}

/**
 * Returns the scripts that a view consists of. The page begins to load them all at once. Those that
 * the main script has imported before are there already.
 */
function scriptsOf(metafile, view, main) {
  const entry = Object.entries(metafile.outputs).find(([, { entryPoint = '' }]) =>
    entryPoint.endsWith(`/${view}-view.tsx`),
  )
  if (entry === undefined) return []
  const name = basename(entry[0])
  const known = [main, ...importsOf(metafile, main)]
  return [name, ...importsOf(metafile, name).filter((one) => !known.includes(one))]
}

/**
 * Keeps everything that the main script needs in one file: a browser spends more time on a request
 * than on a script of some kilobytes. The bundler cuts where the parts of several entries differ,
 * so every view gets all of the main script, which has run already.
 */
function onePieceOf(main) {
  const source = `import ${JSON.stringify(main)}`
  return {
    name: 'one-piece',
    setup({ onLoad }) {
      onLoad({ filter: /-view\.tsx$/ }, ({ path }) => ({
        contents: `${readFileSync(path, 'utf8')}\n${source}`,
        loader: 'tsx',
      }))
    },
  }
}

/** Imports a file by another name, which the other build has given to it. */
function named(path, name) {
  return {
    name: 'named',
    setup({ onResolve }) {
      onResolve({ filter: /./ }, (asked) =>
        asked.path === path ? { path: name, external: true } : undefined,
      )
    },
  }
}

/** Returns the name of the file that holds a source. */
function outputWith({ outputs }, source) {
  const [path] = Object.entries(outputs).find(([, { inputs }]) =>
    Object.keys(inputs).some((input) => basename(input) === source),
  )
  return basename(path)
}

/** Returns the scripts without which a script does not run. */
function importsOf({ outputs }, script) {
  const [, { imports }] = Object.entries(outputs).find(([path]) => basename(path) === script)
  return imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path))
}

function compress(path) {
  if (!TEXT.test(path)) return
  const content = readFileSync(path)
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }))
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
}
