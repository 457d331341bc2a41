/** Traces of a tone or a colour in what was recorded. */
import { output } from '../../../lab/helper-process.ts'
import { between, type Rgb, type Samples, secondsOf, toneDb } from '../../../lab/measure.ts'
import { unsealed } from '../../../lab/unsealed.ts'

/** A colour that tells itself from the others in any encoding. */
export type ColorName = 'red' | 'green' | 'blue'
/** As they are shown, and the channel in which each is strong. */
export const COLORS: Record<ColorName, { hex: `#${string}`; channel: 0 | 1 | 2 }> = {
  red: { hex: '#ff0000', channel: 0 },
  green: { hex: '#00ff00', channel: 1 },
  blue: { hex: '#0000ff', channel: 2 },
}

/** Whether a picture is, on the whole, of a colour. */
export function isColor(rgb: Rgb, name: ColorName): boolean {
  const { channel } = COLORS[name]
  return rgb.every((value, index) => (index === channel ? value > 150 : value < 100))
}

/** The colours of which any frame of a video is, on the whole. */
export async function colorsIn(path: string): Promise<Set<ColorName>> {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const scaled = ['-vf', 'scale=1:1:flags=area', '-fps_mode', 'passthrough', ...raw]
  const rgb = await output('ffmpeg', ['-nostdin', '-v', 'error', '-i', unsealed(path), ...scaled])
  const shown = new Set<ColorName>()
  for (let at = 0; at < rgb.length; at += 3) {
    const average: Rgb = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!]
    for (const name of Object.keys(COLORS) as ColorName[])
      if (isColor(average, name)) shown.add(name)
  }
  return shown
}

/** The level of a tone in the loudest tenth of a second. */
export function loudestDb(samples: Samples, hertz: number): number {
  let loudest = -120
  for (let from = 0; from + 0.05 < secondsOf(samples); from += 0.05)
    loudest = Math.max(loudest, toneDb(between(samples, from, from + 0.1), hertz))
  return loudest
}
