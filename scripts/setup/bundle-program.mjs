import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Packages with files or threads of their own, and those that may be missing. */
const NOT_BUNDLED = ['classic-level', 'pino', 'pino-pretty', '@napi-rs/keyring', 'ffmpeg-static']
/** Packages that are no ES modules ask for Node's own modules by this. */
const REQUIRE =
  "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);"

/**
 * Bundles the compiled program in `folder`: the commands into `cli/program.js`, which f2f.cjs then
 * loads, and the daemon into `serve-program.js`, both with the packages that they use. A daemon
 * that reads 350 files of its own when it starts needs half as much processor time again, and one
 * that reads 400 of its packages needs another third. The bundles lie beside the files that they
 * stand for, so that paths relative to those stay true.
 */
export async function bundleProgram(folder) {
  // Loaded here, because setup runs before the packages are installed.
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: { 'cli/program': 'cli/main.js', 'serve-program': 'serve.js' },
    outdir: folder,
    chunkNames: 'cli/[name]-[hash]',
    bundle: true,
    // The commands load the daemon only when they run it, and share its classes of errors.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: NOT_BUNDLED,
    banner: { js: REQUIRE },
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  writeLicenses(folder, Object.keys(metafile.inputs))
  const entry = join(folder, 'cli', 'f2f.cjs')
  writeFileSync(entry, readFileSync(entry, 'utf8').replace("'./main.js'", "'./program.js'"))
}

/** Puts the licences of the bundled packages beside the bundles, as they demand. */
function writeLicenses(folder, inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  )
  const texts = [...packages].sort().map((path) => {
    const place = join(folder, path)
    const { name, version, license } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
    const files = readdirSync(place).filter((file) => /^licen[cs]e/i.test(file))
    const terms = files.map((file) => readFileSync(join(place, file), 'utf8').trim())
    return [`${name} ${version} (${license})`, ...terms].join('\n\n')
  })
  writeFileSync(join(folder, 'licenses.txt'), `${texts.join('\n\n---\n\n')}\n`)
}
