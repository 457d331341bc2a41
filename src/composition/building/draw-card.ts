/** Draws the card of a gap: why nothing was recorded, and since when. */
import type { GapReason } from '../../contract/gap-reason.ts'
import { GAP_TITLES } from '../plan/gap-titles.ts'
import { CHARACTER, hasDot } from './font.ts'

/** Blue, green, red, unused. */
type Ink = readonly [number, number, number, number]
const PAPER: Ink = [0x30, 0x24, 0x1c, 0]
const TITLE: Ink = [0xf2, 0xf0, 0xee, 0]
const NOTE: Ink = [0xb8, 0xa8, 0x98, 0]
/** The share of the picture's width that a title may take. */
const TITLE_WIDTH = 0.7

/** A picture in pixels. */
export interface Size {
  width: number
  height: number
}

/** Draws a card as raw pixels (ffmpeg's `bgr0`), with the reason and `since` in capitals. */
export function drawCard({ width, height }: Size, reason: GapReason, since: string): Buffer {
  const pixels = Buffer.alloc(4 * width * height)
  pixels.fill(Buffer.from(PAPER))
  const title = GAP_TITLES[reason].toUpperCase()
  const dot = Math.max(1, Math.floor(Math.min((TITLE_WIDTH * width) / widthOf(title), height / 60)))
  const small = Math.max(1, Math.floor(Math.min(dot / 2, (0.9 * width) / widthOf(since))))
  const top = Math.floor(height / 2) - 8 * dot
  write(pixels, width, { text: title, dot, top, ink: TITLE })
  write(pixels, width, { text: since.toUpperCase(), dot: small, top: top + 11 * dot, ink: NOTE })
  return pixels
}

const widthOf = (text: string): number => (CHARACTER.width + 1) * text.length - 1

function write(
  pixels: Buffer,
  width: number,
  line: { text: string; dot: number; top: number; ink: Ink },
): void {
  const { text, dot, top, ink } = line
  const left = Math.floor((width - widthOf(text) * dot) / 2)
  const run = Buffer.concat(Array.from({ length: dot }, () => Buffer.from(ink)))
  for (const [index, character] of [...text].entries()) {
    for (let column = 0; column < CHARACTER.width; column++) {
      const x = left + ((CHARACTER.width + 1) * index + column) * dot
      if (x < 0 || x + dot > width) continue
      for (let y = 0; y < CHARACTER.height * dot; y++) {
        const at = 4 * ((top + y) * width + x)
        if (
          hasDot(character, column, Math.floor(y / dot)) &&
          at >= 0 &&
          at + run.length <= pixels.length
        )
          run.copy(pixels, at)
      }
    }
  }
}

/** Formats a time in the recorder's zone, with its offset: `2026-01-31 10:00:00 GMT+01:00`. */
export function formatWallClock(ms: number, timeZone: string): string {
  const options = { timeZone, hourCycle: 'h23', timeZoneName: 'longOffset' } as const
  const digits = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const
  const parts = new Intl.DateTimeFormat('en-GB', { ...options, ...digits }).formatToParts(ms)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName')}`
}
