import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Bundles the compiled program in `folder`: the commands into `cli/program.js`, which f2f.cjs then
 * loads, and the daemon into `serve-program.js`. A daemon that reads 350 files of its own when it
 * starts needs half as much processor time again. The bundles lie beside the files that they stand
 * for, so that paths relative to those stay true. Packages are not bundled.
 */
export async function bundleProgram(folder) {
  // Loaded here, because setup runs before the packages are installed.
  const { build } = await import('esbuild')
  await build({
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
    packages: 'external',
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  })
  const entry = join(folder, 'cli', 'f2f.cjs')
  writeFileSync(entry, readFileSync(entry, 'utf8').replace("'./main.js'", "'./program.js'"))
}
