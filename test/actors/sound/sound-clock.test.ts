import assert from 'node:assert/strict'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeAudio, type Samples } from '../../../lab/measure.ts'
import { pactl } from '../../../lab/microphone.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'

/**
 * Only PulseAudio has a source that behaves like a card with a clock of its own. The pipe source of
 * PipeWire fills in silence for what is missing, and delays what comes later.
 */
const SERVER = 'pulseaudio'
const problem = await virtualDesktopProblem(SERVER)
const RATE = 48_000
/** `npm run test:long` records 40: the card's player needs its turn all the time. */
const SECONDS = Number(process.env.F2F_CARD_SECONDS ?? 0)
const CLICK_FRAMES = 48
/** A sound card whose clock is wrong by this much gains or loses 40 ms in 40 s. */
const PPM = 1_000
const WITHIN_MS = 20

/**
 * A sound card of its own clock: what it captures is written into PulseAudio's pipe source, a click
 * each second of the wall clock.
 */
class WrongCard {
  readonly #startedAt = Date.now()
  readonly #begun = performance.now()
  readonly #rate: number
  readonly #file: number
  readonly #timer: NodeJS.Timeout
  #written = 0
  readonly #unread: Buffer[] = []
  #isLost = false

  constructor(path: string, ppm: number) {
    this.#rate = RATE * (1 + ppm / 1e6)
    this.#file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    this.#timer = setInterval(() => this.#write(), 10)
  }

  /** From now on what is captured in the next so many ms is lost. */
  async lose(ms: number): Promise<void> {
    this.#isLost = true
    await new Promise((resolve) => setTimeout(resolve, ms))
    this.#isLost = false
  }

  stop(): void {
    clearInterval(this.#timer)
    closeSync(this.#file)
  }

  #write(): void {
    const due = Math.floor(((performance.now() - this.#begun) / 1_000) * this.#rate)
    const pcm = new Int16Array(due - this.#written)
    for (let index = 0; index < pcm.length; index++) {
      const wall = this.#startedAt + ((this.#written + index) / this.#rate) * 1_000
      const sinceClick = ((wall % 1_000) / 1_000) * RATE
      pcm[index] = sinceClick < CLICK_FRAMES ? (index % 16 < 8 ? 12_000 : -12_000) : index % 5
    }
    this.#written = due
    if (!this.#isLost) this.#unread.push(Buffer.from(pcm.buffer))
    this.#flush()
  }

  /** A pipe that is full takes the rest later, as a sound card's buffer would. */
  #flush(): void {
    try {
      for (let next = this.#unread[0]; next; next = this.#unread[0]) {
        const written = writeSync(this.#file, next)
        if (written === next.length) this.#unread.shift()
        else this.#unread[0] = next.subarray(written)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

/** How far each click is from the full second of the wall clock at which it was made, in ms. */
function offsets(samples: Samples, startedAt: number): number[] {
  const found: number[] = []
  for (let index = 0; index < samples.length; index++) {
    if (Math.abs(samples[index]!) < 0.1) continue
    const wall = startedAt + (index / RATE) * 1_000
    found.push(wall - Math.round(wall / 1_000) * 1_000)
    index += RATE / 2
  }
  return found
}

suite('a sound card’s own clock', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  const folder = mkdtempSync(join(tmpdir(), 'f2f-cards-'))
  const cards: WrongCard[] = []
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ soundServer: SERVER })
  })
  test.afterEach(async () => {
    await bench.settle()
    for (const card of cards.splice(0)) card.stop()
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A capture of a card that is off by so much. */
  async function flowing(name: string, ppm: number) {
    const path = join(folder, name)
    const format = ['format=s16le', `rate=${RATE}`, 'channels=1']
    await pactl(
      desktop.env,
      'load-module',
      'module-pipe-source',
      `source_name=${name}`,
      `file=${path}`,
      ...format,
    )
    const card = new WrongCard(path, ppm)
    cards.push(card)
    const devices = bench.platform({ env: { ...process.env, ...desktop.env } })
    const capture = bench.capture(devices, 'mic')
    capture.open(await devices.resolve('mic', name))
    await capture.next('capture.flowing')
    return { card, capture }
  }

  const testLong: typeof test.unless = SECONDS > 0 ? test.unless : () => {}
  testLong(
    problem,
    `does not move the sound in ${SECONDS} s when it is ${PPM} ppm fast or slow`,
    async () => {
      const captures = [await flowing('fast', PPM), await flowing('slow', -PPM)].map(
        ({ capture }) => capture,
      )
      const levels = () =>
        captures[0]!.reports.filter(({ type }) => type === 'capture.level').length
      await eventually(`${SECONDS} s of sound`, () => levels() >= 10 * SECONDS, 2 * SECONDS * 1_000)
      for (const capture of captures) {
        capture.cut()
        const { description } = await capture.next('capture.ended')
        const found = offsets(
          await decodeAudio(join(capture.folder, description!.file)),
          Date.parse(description!.startedAt),
        )
        const told = found.map((offset) => offset.toFixed(1)).join(' ')
        assert.ok(found.length >= SECONDS - 2, told)
        for (const offset of found) assertWithin(Math.abs(offset), WITHIN_MS, told)
      }
    },
    { limitMs: 120_000 },
  )

  test.unless(problem, 'ends the segment before a loss of sound', async () => {
    const { card, capture } = await flowing('lossy', 0)
    const levels = () => capture.reports.filter(({ type }) => type === 'capture.level').length
    await eventually('2 s of sound', () => levels() >= 20)
    const lostAt = Date.now()
    await card.lose(600)
    const { cause, description } = await capture.next('capture.ended')
    assertWithin(Date.now() - lostAt, 3_000, 'the end after the loss')
    assert.ok(cause !== 'cut')
    assert.deepEqual([cause.reason, cause.detail], ['captureFailed', 'Sound was lost.'])
    const late = Date.parse(description!.endedAt) - lostAt
    assertWithin(Math.abs(late), 100, 'the end of the sound')
  })
})
