/** Writes a small page as the build would. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

export const INDEX =
  '<!doctype html><title>Page</title><style>p{}</style><script src="/assets/main-A1.js"></script>'
export const SCRIPT = `export const text = '${'x'.repeat(500)}'`

/** Writes the page into a folder, with compressed copies and files that are not for clients. */
export async function writePage(folder: string): Promise<void> {
  for (const name of ['assets', 'charts', 'icons/private'])
    await mkdir(join(folder, name), { recursive: true })
  const files: Record<string, string | Buffer> = {
    'index.html': INDEX,
    'index.html.gz': gzipSync(INDEX),
    'manifest.webmanifest': '{"name":"Page"}',
    'secret.json': '{}',
    'assets/main-A1.js': SCRIPT,
    'assets/main-A1.js.br': brotliCompressSync(SCRIPT),
    'assets/main-A1.js.gz': gzipSync(SCRIPT),
    'assets/main-A1.js.map': '{}',
    'assets/main-A1.css': 'body{}',
    'charts/track-v1.json': '{"machine":"track"}',
    'icons/idle.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'icons/private/key.svg': '<svg/>',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
}
