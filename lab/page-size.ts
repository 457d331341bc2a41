import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../dist/ui/', import.meta.url))
const ASSETS = `${PAGE}assets/`
/** Scripts of views and languages that are loaded only when they are opened. */
const LATER = /^(?:player|inspector|audit|de|readiness-de)-/

/** The most that the page may load before player, inspector and audit, in kilobytes. */
export const PAGE_LIMIT_KB = 60

/**
 * Returns the size of the built page's scripts and styles without player, inspector, audit and
 * languages other than English, compressed, in kilobytes.
 */
export function pageKilobytes(): number {
  const names = readdirSync(ASSETS).filter((name) => /\.(?:js|css)$/.test(name))
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name) || LATER.test(name)) return
    seen.add(name)
    const source = readFileSync(ASSETS + name, 'utf8')
    for (const other of names) if (source.includes(`./${other}`)) visit(other)
  }
  for (const name of names)
    if (/^(?:start|stream-worker)-|^(?:list|settings)-.*\.css$/.test(name)) visit(name)
  // The page itself holds the styles of its first view.
  const files = [`${PAGE}index.html`, ...[...seen].map((name) => ASSETS + name)]
  return files.reduce((sum, file) => sum + statSync(`${file}.br`).size, 0) / 1_000
}
