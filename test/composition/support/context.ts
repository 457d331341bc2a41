import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rememberIdentity } from '../../../lab/unsealed.ts'
import { createIdentity } from '../../../src/age/identity.ts'
import { decryptAge, encryptAge } from '../../../src/age/sealer.ts'
import { openStoredMedia, type StoredMedia } from '../../../src/age/stored-media.ts'
import type { BuildContext } from '../../../src/composition/building/build-context.ts'
import { createTools } from '../../../src/composition/building/tools.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'

/** Seals all segments and composed files of these tests. */
export const IDENTITY = createIdentity()
rememberIdentity(IDENTITY)

/** Opens the segments in a folder, as the recorder does. */
export const opener =
  (folder: string) =>
  async ({ file }: SegmentDescription): Promise<StoredMedia> => {
    try {
      return await openStoredMedia(join(folder, file), IDENTITY)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      throw new RecorderError('NOT_FOUND', 'The file is missing.', { cause })
    }
  }

/** A context in which files are composed of the segments in a folder, into the same folder. */
export function contextIn(
  folder: string,
  signal: AbortSignal = new AbortController().signal,
): BuildContext {
  const tools = createTools({ env: process.env })
  return { tools, signal, folder, identity: IDENTITY, open: opener(folder), progress: () => {} }
}

/** Writes a sealed file. */
export async function writeSealedFile(path: string, media: Buffer): Promise<void> {
  await writeFile(path, encryptAge(media, [IDENTITY.recipient]))
}

/** Reads what is sealed in a file. */
export async function readSealedFile(path: string): Promise<Buffer> {
  return decryptAge(await readFile(path), IDENTITY)
}
