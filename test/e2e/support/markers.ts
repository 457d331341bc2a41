import { execFileSync } from 'node:child_process'
import { createReadStream } from 'node:fs'

const CHUNK_BYTES = 4 * 1_048_576

/** Bytes that must not be found, with a name for each. */
export type Markers = Map<string, Buffer>

/** Returns some stretches of a medium as markers. Stretches of one byte repeated say nothing. */
export function stretchesOf(name: string, media: Buffer, count = 24, bytes = 32): Markers {
  const markers: Markers = new Map()
  const step = Math.max(bytes, Math.floor((media.length - bytes) / count))
  for (let at = 0; at + bytes <= media.length; at += step) {
    const stretch = media.subarray(at, at + bytes)
    if (new Set(stretch).size > bytes / 4) markers.set(`${name} at ${at}`, stretch)
  }
  return markers
}

/** Returns texts as markers, as UTF-8 and as the base64 that a sealed value could be kept in. */
export function textMarkers(texts: readonly string[]): Markers {
  const encodings = ['utf8', 'utf16le', 'base64'] as const
  return new Map(
    texts.flatMap((text) =>
      encodings.map((encoding): [string, Buffer] => [
        `${text} in ${encoding}`,
        encoding === 'base64'
          ? // Without its ends, which depend on what is around it.
            Buffer.from(Buffer.from(text).toString('base64').slice(0, -4))
          : Buffer.from(text, encoding),
      ]),
    ),
  )
}

/** Reads a file to its end, and returns the names of the markers that are in it. */
export async function markersIn(path: string, markers: Markers): Promise<string[]> {
  const longest = Math.max(...[...markers.values()].map(({ length }) => length))
  const found = new Set<string>()
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const bytes = Buffer.concat([rest, chunk as Buffer])
    rest = bytes.subarray(Math.max(0, bytes.length - longest))
    if (isBlank(bytes)) continue
    for (const [name, marker] of markers) if (bytes.includes(marker)) found.add(name)
  }
  return [...found]
}

/** Forces everything to disk, so that the image has what the file system has. */
export function syncDisks(): void {
  execFileSync('sync')
}

function isBlank(bytes: Buffer): boolean {
  return bytes[0] === 0 && bytes.subarray(0, -1).equals(bytes.subarray(1))
}
