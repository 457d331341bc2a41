import { THUMBNAIL } from '../../ffmpeg/thumbnail.ts'
import type { PipelineEvents } from '../segment/pipeline.ts'

const CELLS = THUMBNAIL.width * THUMBNAIL.height
/** The brightest value (of 255) that counts as black. */
const BLACK_MAX = 4
/** Most cells that the mouse pointer can touch; it is always painted. */
const POINTER_CELLS = 4
/**
 * Pictures, one a second, that make a black screen: three seconds. A player that opens, or a change
 * of the display mode, is black for less.
 */
const BLACK_PICTURES = 4

/** The warning about a black screen, or its end. */
export function blackWarning(present: boolean): Parameters<PipelineEvents['warning']>[0] {
  return { code: 'SCREEN_BLACK', present, detail: 'Nothing but black has been captured for 3 s.' }
}

/**
 * Calls back when a screen has been captured as black for more than 3 s, and when something can be
 * seen again.
 */
export class BlackWatch {
  readonly #onChange: (black: boolean) => void
  #rest: Buffer = Buffer.alloc(0)
  #blackPictures = 0

  constructor(onChange: (black: boolean) => void) {
    this.#onChange = onChange
  }

  /** Consumes pictures, one a second, in chunks of any size. */
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

/** Whether a picture shows nothing but a mouse pointer. */
export function isBlack(picture: Uint8Array): boolean {
  let bright = 0
  for (const cell of picture) if (cell > BLACK_MAX && ++bright > POINTER_CELLS) return false
  return true
}
