import type { Color, Rectangle, X11Client } from './x11-client.ts'

const TICK_MS = 100
const BACKGROUND: Color = '#14213d'
const INK: Color = '#fca311'
const BAR: Color = '#e5e5e5'

// Seven segments: top, top right, bottom right, bottom, bottom left, top left, middle.
const DIGITS = [
  '1111110',
  '0110000',
  '1101101',
  '1111001',
  '0110011',
  '1011011',
  '1011111',
  '1110000',
  '1111111',
  '1111011',
]

function digit(figure: number, x: number, y: number, size: number): Rectangle[] {
  const stroke = size / 5
  const segments: Rectangle[] = [
    { x, y, width: size, height: stroke },
    { x: x + size - stroke, y, width: stroke, height: size },
    { x: x + size - stroke, y: y + size - stroke, width: stroke, height: size },
    { x, y: y + 2 * (size - stroke), width: size, height: stroke },
    { x, y: y + size - stroke, width: stroke, height: size },
    { x, y, width: stroke, height: size },
    { x, y: y + size - stroke, width: size, height: stroke },
  ]
  return segments.filter((_, index) => DIGITS[figure]?.[index] === '1')
}

/**
 * Paints the time of day (UTC, tenths of a second) and a moving bar below it ten times a second.
 */
export function startMovingClock(screen: X11Client): { stop(): void } {
  const size = Math.max(10, 5 * Math.floor(screen.width / 110))
  const step = size * 1.5
  const area: Rectangle = { x: size, y: size, width: Math.round(step * 9.5), height: size * 4 }

  function tick(): void {
    const now = new Date()
    const figures = now.toISOString().slice(11, 21).replace(/\D/g, '')
    const clock = [...figures].flatMap((figure, index) => {
      const gap = Math.floor(index / 2) * (step / 2)
      return digit(
        Number(figure),
        Math.round(area.x + size / 2 + index * step * 0.9 + gap),
        area.y + size / 2,
        size,
      )
    })
    const progress = (now.getTime() % 5_000) / 5_000
    const bar: Rectangle = {
      x: area.x + Math.round(progress * (area.width - size)),
      y: area.y + Math.round(size * 3),
      width: size,
      height: size / 2,
    }
    screen.paint(area, BACKGROUND, [
      { color: INK, rectangles: clock },
      { color: BAR, rectangles: [bar] },
    ])
  }
  tick()
  const timer = setInterval(tick, TICK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
