import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMMANDS } from '../commands/commands.ts'
import { manPages } from './man-pages.ts'

/** Writes the man pages of all commands into a folder. The build calls it. */
export async function writeManPages(folder: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of manPages(COMMANDS, version)) await writeFile(join(folder, name), text)
}
