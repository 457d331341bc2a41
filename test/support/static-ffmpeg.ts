import { createRequire } from 'node:module'

/**
 * A static ffmpeg of December 2018 that an npm package brings along; undefined on machines for
 * which it has none. It starts in a fifteenth of the processor time that Debian's ffmpeg needs,
 * which joins 215 libraries at each start.
 */
export const staticFfmpeg: string | undefined = pathOf('@ffmpeg-installer/ffmpeg')

function pathOf(name: string): string | undefined {
  try {
    return (createRequire(import.meta.url)(name) as { path: string }).path
  } catch {
    return undefined
  }
}
