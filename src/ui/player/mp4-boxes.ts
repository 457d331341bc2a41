/** Reads the few boxes of a fragmented MP4 that playing needs. Pure. */

/** The beginning of a file: everything before its first fragment. */
export interface Mp4Head {
  bytes: number
  /** Such as `avc1.42c01f`. */
  codec: string
  /** Units of a second in the times of fragments. */
  timescale: number
}

/** One fragment's place and time. */
export interface FragmentPlace {
  offset: number
  atMs: number
}

const HEADER = 8
/** Containers on the way to a track's description. */
const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl'])

/** Reads the head; null when `data` does not hold all of it. */
export function readHead(data: Uint8Array): Mp4Head | null {
  const bytes = findFragment(data, 0)
  if (bytes === null) return null
  let timescale = 0
  let codec = ''
  walk(data.subarray(0, bytes), (type, content) => {
    if (type === 'mdhd') timescale = readMediaTimescale(content)
    if (type === 'stsd') codec = readCodec(content)
  })
  return timescale === 0 || codec === '' ? null : { bytes, codec, timescale }
}

/** Finds the first whole head of a fragment in `data`, which begins at `offset` of the file. */
export function findPlace(
  data: Uint8Array,
  offset: number,
  timescale: number,
): FragmentPlace | null {
  for (let from = 0; ; ) {
    const at = findFragment(data, from)
    if (at === null) return null
    const time = readDecodeTime(data, at)
    if (time !== null) return { offset: offset + at, atMs: (time * 1_000) / timescale }
    from = at + HEADER
  }
}

/** A `moof` begins with an `mfhd`; no other bytes look like both. */
function findFragment(data: Uint8Array, from: number): number | null {
  for (let at = from; at + 16 <= data.length; at++)
    if (data[at + 4] === 0x6d && isType(data, at + 4, 'moof') && isType(data, at + 12, 'mfhd'))
      return at
  return null
}

function readDecodeTime(data: Uint8Array, moof: number): number | null {
  const size = viewOf(data).getUint32(moof)
  const content = data.subarray(moof + HEADER, moof + size)
  if (moof + size > data.length) return null
  let time: number | null = null
  walk(content, (type, inner) => {
    if (type !== 'tfdt') return
    const view = viewOf(inner)
    time = view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4)
  })
  return time
}

function readMediaTimescale(content: Uint8Array): number {
  const view = viewOf(content)
  return view.getUint32(view.getUint8(0) === 1 ? 20 : 12)
}

/** The profile, its constraints and its level are the second to fourth byte of an `avcC`. */
function readCodec(content: Uint8Array): string {
  for (let at = 0; at + 12 <= content.length; at++) {
    if (!isType(content, at, 'avcC')) continue
    const numbers = [...content.subarray(at + 5, at + 8)]
    return `avc1.${numbers.map((number) => number.toString(16).padStart(2, '0')).join('')}`
  }
  return ''
}

function walk(data: Uint8Array, visit: (type: string, content: Uint8Array) => void): void {
  const view = viewOf(data)
  for (let at = 0; at + HEADER <= data.length; ) {
    const size = view.getUint32(at)
    if (size < HEADER) return
    const type = String.fromCharCode(...data.subarray(at + 4, at + HEADER))
    const content = data.subarray(at + HEADER, at + size)
    if (CONTAINERS.has(type) || type === 'traf') walk(content, visit)
    else visit(type, content)
    at += size
  }
}

function isType(data: Uint8Array, at: number, type: string): boolean {
  return [...type].every((letter, index) => data[at + index] === letter.charCodeAt(0))
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}
