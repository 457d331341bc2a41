/**
 * How closely media are captured. Numbers rather than a preset's name stand in the log: a preset
 * may mean something else tomorrow.
 */
export interface Quality {
  /** Frames of the screen a second, 1–60. */
  framesPerSecond: number
  /**
   * Constant rate factor of x264, 0–51: 18 cannot be told from the original, each 6 more halve the
   * size.
   */
  screenCrf: number
  /** Opus, mono, 6,000–256,000. */
  micBitsPerSecond: number
  /** Opus, stereo, 6,000–256,000. */
  speakerBitsPerSecond: number
}

/** Qualities for a purpose: long storage, the usual, small print and moving pictures. */
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

/** Name of a preset. */
export type QualityPreset = keyof typeof QUALITY_PRESETS

/**
 * Quality as a request or the configuration names it: a preset, or one with some numbers of its
 * own.
 */
export type QualityChoice =
  | QualityPreset
  | ({ preset?: QualityPreset | undefined } & { [K in keyof Quality]?: Quality[K] | undefined })

/** Range of each number, both ends included. */
export const QUALITY_RANGES: Record<keyof Quality, readonly [min: number, max: number]> = {
  framesPerSecond: [1, 60],
  screenCrf: [0, 51],
  micBitsPerSecond: [6_000, 256_000],
  speakerBitsPerSecond: [6_000, 256_000],
}

/** The numbers that a choice stands for; those that it leaves open are the `usual` ones. */
export function resolveQuality(
  choice: QualityChoice = {},
  usual: Quality = QUALITY_PRESETS.standard,
): Quality {
  if (typeof choice === 'string') return { ...QUALITY_PRESETS[choice] }
  const { preset, ...own } = choice
  const given = Object.entries(own).filter(([, value]) => value !== undefined)
  return { ...(preset ? QUALITY_PRESETS[preset] : usual), ...Object.fromEntries(given) }
}
