import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** The codings of a compressed copy, best first, with the ending of its file. */
export const CODINGS = { br: '.br', gzip: '.gz' } as const
/** The coding of a compressed copy, as `Content-Encoding` names it. */
export type Coding = keyof typeof CODINGS

/** A file of the page, in memory. */
export interface PageFile {
  /** Content type. */
  type: string
  content: Buffer
  /** Copies made by the build. */
  compressed: Partial<Record<Coding, Buffer>>
  /** SHA-256 of the content, as base64url. */
  hash: string
  /** SHA-256 of each style that stands in the file itself, as base64. */
  styleHashes: readonly string[]
  /** Whether the name changes with the content, so that browsers may keep the file for ever. */
  immutable: boolean
}

/** The files of the page by the path of their URL. */
export type PageFiles = ReadonlyMap<string, PageFile>

/** The content types of the files that are served, by the ending of their names. */
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** The folders whose files are served, by the path of their URL. Other files stay private. */
const FOLDERS = ['/assets/', '/charts/', '/icons/'] as const
const ROOT_FILES = { '/': 'index.html', '/manifest.webmanifest': 'manifest.webmanifest' } as const

/** The page of a daemon whose page is not built. */
export const NO_PAGE: PageFiles = new Map()

/**
 * Reads the built page once, so that a request never reaches the disk and only what is there at the
 * start is served. Returns no files when the folder has no index.html.
 */
export function readPageFiles(folder: string): PageFiles {
  const files = new Map<string, PageFile>()
  for (const [path, name] of Object.entries(ROOT_FILES)) {
    const file = readPageFile(join(folder, name), false)
    if (file !== undefined) files.set(path, file)
  }
  if (!files.has('/')) return NO_PAGE
  for (const path of FOLDERS) {
    for (const name of namesIn(join(folder, path))) {
      if (!/^[\w.-]+$/.test(name)) continue
      const file = readPageFile(join(folder, path, name), path === '/assets/')
      if (file !== undefined) files.set(path + name, file)
    }
  }
  return files
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Returns undefined for a file that is missing, or of a type that is not served. */
function readPageFile(path: string, immutable: boolean): PageFile | undefined {
  const type = TYPES[extname(path)]
  const content = type === undefined ? undefined : readIfThere(path)
  if (type === undefined || content === undefined) return undefined
  const compressed: PageFile['compressed'] = {}
  for (const [coding, ending] of Object.entries(CODINGS) as [Coding, string][]) {
    const copy = readIfThere(path + ending)
    if (copy !== undefined) compressed[coding] = copy
  }
  const hash = createHash('sha256').update(content).digest('base64url')
  const styleHashes = extname(path) === '.html' ? hashesOfStyles(content.toString()) : []
  return { type, content, compressed, hash, styleHashes, immutable }
}

function hashesOfStyles(html: string): string[] {
  return [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style = '']) =>
    createHash('sha256').update(style).digest('base64'),
  )
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
