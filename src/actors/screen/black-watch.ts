import { THUMBNAIL } from '../../ffmpeg/thumbnail.ts'

const CELLS = THUMBNAIL.width * THUMBNAIL.height
/** Brighter than this (of 255) is something to be seen. */
const BLACK_MAX = 4
/** As many cells as the mouse pointer, which is always painted, can touch. */
const POINTER_CELLS = 4
/** One a second: black for three seconds. Less may be a player that opens, or a mode being set. */
const BLACK_PICTURES = 4

/**
 * Tells when a screen has been captured as black for more than 3 s, and when something can be seen
 * again.
 */
export class BlackWatch {
  readonly #onChange: (black: boolean) => void
  #rest: Buffer = Buffer.alloc(0)
  #blackPictures = 0

  constructor(onChange: (black: boolean) => void) {
    this.#onChange = onChange
  }

  /** Takes pictures, one a second, however a pipe cuts them. */
  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (; this.#rest.length >= CELLS; this.#rest = this.#rest.subarray(CELLS))
      this.#check(this.#rest.subarray(0, CELLS))
  }

  #check(picture: Buffer): void {
    if (isBlack(picture)) {
      if (++this.#blackPictures === BLACK_PICTURES) this.#onChange(true)
      return
    }
    const wasBlack = this.#blackPictures >= BLACK_PICTURES
    this.#blackPictures = 0
    if (wasBlack) this.#onChange(false)
  }
}

/** Whether nothing but a mouse pointer is to be seen. */
export function isBlack(picture: Uint8Array): boolean {
  let bright = 0
  for (const cell of picture) if (cell > BLACK_MAX && ++bright > POINTER_CELLS) return false
  return true
}
