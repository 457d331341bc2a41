/** Writes and removes the files of the service, and never a file that somebody else has written. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ServiceError } from './service-error.ts'
import type { ServiceFile } from './service-manager.ts'

/** Every file of the service contains this text. */
export const MARKER = 'Written by f2f service install.'

/**
 * Reads a file of the service; null when there is none. Rejects if somebody else has written it.
 */
export async function readServiceFile({
  path,
  encoding,
}: Pick<ServiceFile, 'path' | 'encoding'>): Promise<string | null> {
  const text = await readFile(path, encoding ?? 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null
    throw fileError(path, 'cannot be read', cause)
  })
  if (text === null || text.includes(MARKER)) return text
  throw new ServiceError('failed', {
    title: 'A file of this name exists already.',
    detail: `${path} does not come from \`f2f service install\`. Nothing was changed.`,
    remedy: 'Move the file away if it is no longer needed, then run this again.',
  })
}

/**
 * Replaces files of the service as a whole. Returns a function that restores what was there before,
 * or null if nothing had to be written. Rejects with ServiceError and has then changed nothing.
 */
export async function writeServiceFiles(
  files: readonly ServiceFile[],
): Promise<(() => Promise<void>) | null> {
  const before = await Promise.all(files.map(readServiceFile))
  const changed = files.flatMap((file, i) => (before[i] === file.content ? [] : [i]))
  if (changed.length === 0) return null
  const restore = async (): Promise<void> => {
    for (const i of changed) {
      const content = before[i] as string | null
      if (content === null) await rm(files[i]!.path, { force: true })
      else await replace({ ...files[i]!, content })
    }
  }
  try {
    for (const i of changed) await replace(files[i]!)
  } catch (error) {
    await restore()
    throw error
  }
  return restore
}

/** Removes the files that `install` has written. Returns those that were there. */
export async function removeServiceFiles(
  files: readonly Pick<ServiceFile, 'path' | 'encoding'>[],
): Promise<string[]> {
  const found = await Promise.all(files.map(readServiceFile))
  const paths = files.flatMap(({ path }, i) => (found[i] === null ? [] : [path]))
  for (const path of paths)
    await rm(path, { force: true }).catch((cause) => {
      throw fileError(path, 'cannot be removed', cause)
    })
  return paths
}

async function replace({ path, content, encoding }: ServiceFile): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, content, { encoding: encoding ?? 'utf8', mode: 0o644 })
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw fileError(path, 'cannot be written', cause)
  }
}

function fileError(path: string, what: string, cause: unknown): ServiceError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ServiceError(
    'failed',
    {
      title: 'A file of the service cannot be used.',
      detail: `${path} ${what}: ${reason}.`,
      remedy: 'Check the permissions of the folder and the space on its disk.',
    },
    { cause },
  )
}
