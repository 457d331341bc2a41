import assert from 'node:assert/strict'
import { DriftMeter } from '../../../src/actors/sound/drift-meter.ts'
import { SampleSlipper } from '../../../src/actors/sound/sample-slipper.ts'
import { suite } from '../../support/suite.ts'

const RATE = 48_000
const CHUNK = 960
const HOUR = 3_600
/** As src/pulse/paced-reading.ts reads. */
const STEP_MS = 40
const PROMPT_EVERY = 8
/** An epoch time, as the recorder's clock gives it. */
const START = 1_780_000_000_000.4

/** Numbers 0–1 that are the same in each run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * How late each chunk comes, in ms: some tenths of a ms as a rule, and now and then a busy third of
 * a second.
 */
function jitter(seed: number): (at: number) => number {
  const next = random(seed)
  let busyUntil = 0
  return (at) => {
    if (at < busyUntil) return busyUntil - at
    if (next() < 0.02) busyUntil = at + 300 * next()
    return 2 * next() ** 3
  }
}

interface Run {
  /** Error of the sound card's clock; above 0 it is fast. */
  ppm: number
  seconds: number
  /** Takes place at this second: so many ms are lost (or, below 0, doubled). */
  loss?: { at: number; ms: number }
  /** It is read in steps of 40 ms, and as it comes in one step of eight. */
  isPaced?: boolean
  /** All sound comes so much later from this second on. */
  delay?: { at: number; ms: number }
}

/**
 * How far the kept sound was off its time, at the worst after the first 5 s, and at the end; in ms.
 */
function keep({ ppm, seconds, loss, delay, isPaced = false }: Run): {
  worst: number
  last: number
  lostAt: number | undefined
} {
  const drift = new DriftMeter()
  const slipper = new SampleSlipper(1)
  const late = jitter(7)
  const pcm = Buffer.alloc(2 * CHUNK)
  const clock = RATE * (1 + ppm / 1e6)
  let kept = 0
  let worst = 0
  let last = 0
  let arrivedBefore = 0
  let startedAt: number | undefined
  for (let frames = CHUNK; frames / clock < seconds; frames += CHUNK) {
    const lost = loss && frames / clock > loss.at ? loss.ms : 0
    // When the last sample of the chunk was captured.
    const at = (frames / clock) * 1_000 + lost
    const delayed = delay && at > delay.at * 1_000 ? delay.ms : 0
    const cameAt = at + delayed + late(at)
    const step = Math.floor(cameAt / STEP_MS)
    const isLate = isPaced && at > 1_000 && step % PROMPT_EVERY !== 0
    const arrivedAt = Math.max(arrivedBefore, isLate ? (step + 1) * STEP_MS : cameAt)
    arrivedBefore = arrivedAt
    drift.push(CHUNK, START + arrivedAt)
    startedAt ??= drift.originAt(START + arrivedAt)
    const lag = drift.originAt(START + arrivedAt) - startedAt - slipper.shiftMs
    kept += slipper.push(pcm, lag).length / 2
    if (drift.isLost) return { worst, last, lostAt: drift.lateSince! - START }
    last = startedAt - START + (kept / RATE) * 1_000 - at
    if (at > 5_000) worst = Math.max(worst, Math.abs(last))
  }
  return { worst, last, lostAt: undefined }
}

suite('drift of sound', (test) => {
  for (const ppm of [0, 50, -50, 500, -500, 2_000, -2_000])
    test(`a sound card that is off by ${ppm} ppm stays within 5 ms of the clock for an hour`, () => {
      const { worst, lostAt } = keep({ ppm, seconds: HOUR })
      assert.equal(lostAt, undefined)
      assert.ok(worst <= 5, `${worst} ms off`)
    })

  test('sound that is read in steps stays as close to the clock', () => {
    for (const ppm of [0, 50, -500, 2_000]) {
      const { worst, lostAt } = keep({ ppm, seconds: HOUR / 4, isPaced: true })
      assert.equal(lostAt, undefined)
      assert.ok(worst <= 5, `${worst} ms off at ${ppm} ppm`)
    }
    const { lostAt } = keep({ ppm: 100, seconds: 60, loss: { at: 30, ms: 400 }, isPaced: true })
    assert.ok(lostAt !== undefined && lostAt <= 30_310 && lostAt > 29_650, `${lostAt}`)
  })

  test('sound that is lost for good is noticed within 2 s, with the time before it', () => {
    const { lostAt } = keep({ ppm: 100, seconds: 60, loss: { at: 30, ms: 400 } })
    assert.ok(lostAt !== undefined && lostAt <= 30_310 && lostAt > 29_650, `${lostAt}`)
  })

  test('sound that comes late, all at once, after a busy second is not taken for lost', () => {
    const drift = new DriftMeter()
    let at = 0
    const push = (arrivedAt: number) => {
      drift.push(CHUNK, START + arrivedAt)
      assert.equal(drift.isLost, false)
    }
    for (; at < 10_000; at += 20) push(at)
    for (let waiting = at; waiting < 12_000; waiting += 20) push(12_000)
    assert.equal(drift.lateSince, undefined)
    for (at = 12_000; at < 20_000; at += 20) push(at)
    assert.ok(Math.abs(drift.originAt(START + at) - (START - 20)) < 0.01)
  })

  test('sound that was late before the server was held is not taken for lost when it comes', () => {
    const drift = new DriftMeter()
    const push = (arrivedAt: number) => {
      drift.push(CHUNK, START + arrivedAt)
      assert.equal(drift.isLost, false)
    }
    for (let at = 0; at < 10_000; at += 20) push(at)
    push(10_100)
    // The rest of 2 s comes in two pieces.
    for (let at = 10_020; at < 11_000; at += 20) push(12_000)
    for (let at = 11_000; at <= 12_010; at += 20) push(12_010)
    assert.equal(drift.lateSince, undefined)
  })

  test('a few lost samples are replaced', () => {
    for (const ms of [30, 60]) {
      const { last, lostAt } = keep({ ppm: 20, seconds: 120, loss: { at: 30, ms } })
      assert.equal(lostAt, undefined)
      assert.ok(Math.abs(last) <= 5, `${last} ms off after ${ms} ms were lost`)
    }
  })

  test('a source that delivers in blocks of 2 s is not taken for lost', () => {
    const drift = new DriftMeter()
    for (let block = 2_000; block < 60_000; block += 2_000)
      for (let frames = 0; frames < 2 * RATE; frames += 4_800) {
        drift.push(4_800, START + block)
        assert.equal(drift.isLost, false)
      }
    assert.equal(drift.lateSince, undefined)
  })
})

/** Seconds of a sine at a peak of 0.5, in stereo with silence on the other channel. */
function sine(hertz: number, seconds: number): Buffer {
  const samples = new Int16Array(2 * RATE * seconds)
  for (let frame = 0; frame < RATE * seconds; frame++)
    samples[2 * frame] = Math.round(16_384 * Math.sin((2 * Math.PI * hertz * frame) / RATE))
  return Buffer.from(samples.buffer)
}

/** Power at one frequency in the first channel, with a Hann window; and that of all (Parseval). */
function powers(pcm: Buffer, hertz: number[]): { all: number; at: number } {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2).filter(
    (_, index) => index % 2 === 0,
  )
  const { length } = samples
  const windowed = Float64Array.from(
    samples,
    (s, i) => s * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)),
  )
  const all = windowed.reduce((sum, sample) => sum + sample * sample, 0) * length
  let at = 0
  for (const one of hertz) {
    const turn = 2 * Math.cos((2 * Math.PI * one) / RATE)
    let [previous, before] = [0, 0]
    for (const sample of windowed)
      [previous, before] = [sample + turn * previous - before, previous]
    at += 2 * (previous * previous + before * before - turn * previous * before)
  }
  return { all, at }
}

suite('slipped samples', (test) => {
  /** Corrects sound that is off by `ppm`, in chunks of 5 ms. */
  function slipped(pcm: Buffer, ppm: number): Buffer {
    const slipper = new SampleSlipper(2)
    const blocks: Buffer[] = []
    for (let at = 0; at < pcm.length; at += 960)
      blocks.push(
        slipper.push(pcm.subarray(at, at + 960), (at / 4 / 48) * (ppm / 1e6) - slipper.shiftMs),
      )
    return Buffer.concat(blocks)
  }

  for (const ppm of [100, -100])
    test(`a tone at ${ppm} ppm stays 40 dB above every artefact`, () => {
      const pcm = slipped(sine(1_000, 10), ppm)
      assert.ok(Math.abs(pcm.length / 4 - (10 * RATE + 48 * (ppm / 100))) < 30, `${pcm.length / 4}`)
      const second = pcm.subarray(4 * RATE * 6, 4 * RATE * 7)
      const near = Array.from({ length: 101 }, (_, index) => 950 + index)
      const { all, at } = powers(second, near)
      const snr = 10 * Math.log10(at / Math.max(1, all - at))
      assert.ok(snr > 40, `${snr} dB`)
    })

  test('the channels stay together, and sound in time is not changed', () => {
    const pcm = sine(440, 1)
    const slipper = new SampleSlipper(2)
    assert.equal(slipper.push(pcm, 0.1), pcm)
    const out = slipped(pcm, 2_000)
    assert.equal(out.length % 4, 0)
    for (let at = 2; at < out.length; at += 4) assert.equal(out.readInt16LE(at), 0)
  })

  test('there is at most one slip every 5 ms', () => {
    const slipper = new SampleSlipper(1)
    const ramp = Buffer.from(Int16Array.from({ length: RATE / 10 }, (_, i) => i % 30_000).buffer)
    for (let i = 0; i < 10; i++) slipper.push(ramp, 1_000)
    const slips = slipper.shiftMs * 48
    assert.ok(slips <= 200 && slips > 100, `${slips} a second`)
  })

  test('a regular beginning tells the time of the first sample at once, another one later', () => {
    const settledAfter = (delays: (chunk: number) => number): number => {
      const drift = new DriftMeter()
      let chunks = 0
      // Blocks of 5 ms, as PulseAudio delivers them.
      while (!drift.isSettled) {
        chunks++
        drift.push(RATE / 200, START + chunks * 5 + delays(chunks))
      }
      return chunks * 5
    }
    assert.equal(
      settledAfter(() => 8),
      25,
    )
    // One late start of a regular stream, as on a busy machine.
    assert.equal(
      settledAfter((chunk) => Math.max(8, 60 - 5 * chunk)),
      75,
    )
    assert.equal(
      settledAfter((chunk) => (chunk % 3) * 5),
      200,
    )
  })
})
