import { readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { PROGRAMS } from './program-args.ts'

/** The members of `import.meta` that name the source. A compiled file has another place. */
const PLACES = ['url', 'filename', 'dirname']

/** Packages of many modules, which load faster as a part of what imports them. */
const BUNDLED = ['zod', 'xstate']

/** Returns all other packages, which are loaded as they are. */
function externalPackages(): string[] {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  )
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  return names.filter((name) => !BUNDLED.includes(name))
}

const keepPlaces: Plugin = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (!source.includes('import.meta.')) return undefined
      const place = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) }
      const contents = `const sourcePlace = ${JSON.stringify(place)};${source}`
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' }
    })
  },
}

/**
 * Compiles test files and all that they import into `folder`, which must be empty, and returns the
 * path of each compiled file. The files share what they have in common. That costs one second; a
 * file that compiles itself at its start costs one second more than one that does not.
 */
export async function compileTests(
  files: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction')
  await build({
    entryPoints: [...files, ...PROGRAMS.map((name) => resolve(name))],
    outdir: folder,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    external: externalPackages(),
    define: Object.fromEntries(
      PLACES.map((name) => [`import.meta.${name}`, `sourcePlace.${name}`]),
    ),
    plugins: [keepPlaces],
    logLevel: 'warning',
  })
  return new Map(
    files.map((file) => [file, join(folder, relative('.', file).replace(/\.ts$/, '.mjs'))]),
  )
}
