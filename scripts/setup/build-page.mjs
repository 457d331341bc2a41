import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/** Files that are worth compressing: text. */
const TEXT = /\.(?:html|js|css|svg|webmanifest)$/

/**
 * Bundles the page in `source` into `folder`: index.html, manifest.webmanifest, icons, and assets
 * whose names hold a hash of their content, so that browsers may keep them for ever. Beside every
 * text lie its compressed copies (`.br`, `.gz`). Throws when the bundler finds errors.
 */
export async function buildPage(source, folder) {
  // Loaded here, because setup runs before the packages are installed.
  const { build } = await import('esbuild')
  mkdirSync(folder, { recursive: true })
  const { metafile } = await build({
    entryPoints: { main: join(source, 'main.tsx') },
    outdir: join(folder, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  const outputs = Object.entries(metafile.outputs).map(([path, { entryPoint }]) => ({
    name: basename(path),
    isEntry: entryPoint?.endsWith('main.tsx') ?? false,
  }))
  const script = outputs.find(({ name, isEntry }) => isEntry && name.endsWith('.js')).name
  const style = outputs.find(({ name }) => /^main-.*\.css$/.test(name)).name
  const page = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('/assets/main.js', `/assets/${script}`)
    .replace('/assets/main.css', `/assets/${style}`)
  writeFileSync(join(folder, 'index.html'), page)
  copyFileSync(join(source, 'manifest.webmanifest'), join(folder, 'manifest.webmanifest'))
  cpSync(join(source, 'icons'), join(folder, 'icons'), { recursive: true })
  for (const { name } of outputs) compress(join(folder, 'assets', name))
  compress(join(folder, 'index.html'))
}

function compress(path) {
  if (!TEXT.test(path)) return
  const content = readFileSync(path)
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }))
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
}
