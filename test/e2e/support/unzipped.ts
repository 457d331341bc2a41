import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** A bundle in a folder of its own, unpacked by another program. */
export interface Unzipped {
  folder: string
  /** Every file by its path in the bundle. */
  files: Map<string, Buffer>
  text(name: string): string
}

/** Unpacks a ZIP file with `unzip`, which must find nothing wrong with it. */
export async function unzip(bytes: Buffer): Promise<Unzipped> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bundle-'))
  const archive = `${folder}.zip`
  await writeFile(archive, bytes)
  execFileSync('unzip', ['-tq', archive])
  execFileSync('unzip', ['-q', archive, '-d', folder])
  const files = new Map<string, Buffer>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(relative(folder, path), await readFile(path))
  }
  return { folder, files, text: (name) => (files.get(name) ?? Buffer.alloc(0)).toString() }
}

/** Returns the commands that a report gives its reader, in order. */
export function commandsIn(report: string): string[] {
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }
  return [...report.matchAll(/<pre tabindex="0"><code>(.*?)<\/code><\/pre>/gs)].map(([, text]) =>
    (text as string).replace(/&(#39|\w+);/g, (_, name: string) => entities[name] as string),
  )
}
