/**
 * Describes how closely media are encoded. The log has these numbers rather than a preset's name,
 * because a later version may change what a preset means.
 */
export interface Quality {
  /** Frames of the screen per second, 1–60. */
  framesPerSecond: number
  /**
   * Constant rate factor of x264, 0–51. 18 looks like the original, and each further 6 halve the
   * size.
   */
  screenCrf: number
  /** Bit rate of mono Opus, 6,000–256,000. */
  micBitsPerSecond: number
  /** Bit rate of stereo Opus, 6,000–256,000. */
  speakerBitsPerSecond: number
}

/** The presets: for long storage, for most uses, and for small print or moving pictures. */
export const QUALITY_PRESETS = {
  small: {
    framesPerSecond: 5,
    screenCrf: 28,
    micBitsPerSecond: 24_000,
    speakerBitsPerSecond: 48_000,
  },
  standard: {
    framesPerSecond: 15,
    screenCrf: 23,
    micBitsPerSecond: 48_000,
    speakerBitsPerSecond: 96_000,
  },
  sharp: {
    framesPerSecond: 30,
    screenCrf: 17,
    micBitsPerSecond: 64_000,
    speakerBitsPerSecond: 128_000,
  },
} as const satisfies Record<string, Quality>

/** The name of a preset. */
export type QualityPreset = keyof typeof QUALITY_PRESETS

/** A quality as a request or the configuration names it: a preset, or a preset with changes. */
export type QualityChoice =
  | QualityPreset
  | ({ preset?: QualityPreset | undefined } & { [K in keyof Quality]?: Quality[K] | undefined })

/** The range of each number, both ends included. */
export const QUALITY_RANGES: Record<keyof Quality, readonly [min: number, max: number]> = {
  framesPerSecond: [1, 60],
  screenCrf: [0, 51],
  micBitsPerSecond: [6_000, 256_000],
  speakerBitsPerSecond: [6_000, 256_000],
}

/**
 * Resolves a choice to its numbers. A number that the choice leaves open comes from its preset, or
 * from `fallback` if it names none.
 */
export function resolveQuality(
  choice: QualityChoice = {},
  fallback: Quality = QUALITY_PRESETS.standard,
): Quality {
  if (typeof choice === 'string') return { ...QUALITY_PRESETS[choice] }
  const { preset, ...own } = choice
  const given = Object.entries(own).filter(([, value]) => value !== undefined)
  return { ...(preset ? QUALITY_PRESETS[preset] : fallback), ...Object.fromEntries(given) }
}
