import { effect } from '@preact/signals'
import { settings } from '../live/settings.ts'
import { acknowledged, alarms } from './alarms.ts'

const REPEAT_MS = 8_000
/** Quiet and short: the microphone may hear it. */
const LOUDNESS = 0.06
const BEEP_SECONDS = 0.12

/** Sounds two short beeps every 8 s while an alarm is not acknowledged. */
export function soundAlarms(): void {
  let timer: number | undefined
  effect(() => {
    const isLoud =
      settings.value.alarmSound && alarms.value.some(({ id }) => !acknowledged.value.has(id))
    if (isLoud && timer === undefined) {
      beepTwice()
      timer = window.setInterval(beepTwice, REPEAT_MS)
    } else if (!isLoud) {
      window.clearInterval(timer)
      timer = undefined
    }
  })
}

let audio: AudioContext | undefined

function beepTwice(): void {
  // One window is enough, and a browser plays nothing before the first click.
  void navigator.locks.request('f2f-alarm-sound', { ifAvailable: true }, async (lock) => {
    if (lock === null || !navigator.userActivation.hasBeenActive) return
    audio ??= new AudioContext()
    await audio.resume()
    for (const delay of [0, 0.2]) beep(audio, audio.currentTime + delay)
    // The lock is kept until other windows have had their turn to ask for it.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  })
}

function beep(context: AudioContext, at: number): void {
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.frequency.value = 880
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01)
  gain.gain.linearRampToValueAtTime(0, at + BEEP_SECONDS)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(at)
  oscillator.stop(at + BEEP_SECONDS)
}
