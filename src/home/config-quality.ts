import * as z from 'zod'
import {
  QUALITY_PRESETS,
  QUALITY_RANGES,
  type Quality,
  type QualityPreset,
} from '../contract/quality.ts'
import { alternatives, group, oneOf, setting, wholeNumber, wordList } from './config-setting.ts'

const PRESETS = Object.keys(QUALITY_PRESETS) as [QualityPreset, ...QualityPreset[]]

const MEANINGS: Record<keyof Quality, string> = {
  framesPerSecond: 'frames of the screen a second',
  screenCrf: 'constant rate factor of x264; 6 more halve the size',
  micBitsPerSecond: 'bit rate of the microphone (Opus, mono)',
  speakerBitsPerSecond: 'bit rate of the speaker (Opus, stereo)',
}

function number(key: keyof Quality) {
  const [min, max] = QUALITY_RANGES[key]
  return setting(wholeNumber(min, max), {
    value: `whole number, ${min} to ${max}`,
    default: 'that of `preset`',
    meaning: MEANINGS[key],
  })
}

/** Single values of a quality. Those that are left out are those of the preset. */
export const QUALITY_VALUES = group({
  preset: setting(oneOf(PRESETS), {
    value: wordList(PRESETS),
    default: '`"standard"`',
    meaning: 'the preset whose numbers apply where no own one stands',
  }),
  framesPerSecond: number('framesPerSecond'),
  screenCrf: number('screenCrf'),
  micBitsPerSecond: number('micBitsPerSecond'),
  speakerBitsPerSecond: number('speakerBitsPerSecond'),
})

/** A quality: a preset, or single values. */
export const qualitySetting = z.union([oneOf(PRESETS), QUALITY_VALUES], {
  error: `must be ${alternatives(PRESETS)}, or an object like {"preset": "small", "framesPerSecond": 10}`,
})
