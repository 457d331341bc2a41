import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parsePulseEvent, parsePulseState } from '../../../src/platform/linux/pulse-state.ts'
import { PulseWatch } from '../../../src/platform/linux/pulse-watch.ts'
import { fakeProgram } from '../../actors/support/fake-program.ts'
import { childrenWith } from '../../actors/support/processes.ts'
import { eventually, suite } from '../../support/suite.ts'

const PID = 4_711

/** As `pactl list` prints it, cut down; values may hold anything. */
const listing = (options: { source?: number; muted?: boolean } = {}) => `Module #0
	Name: module-null-sink
	Argument: sink_name=x source_name=y

Sink #1
	State: RUNNING
	Name: speaker
	Description: A "Sink #9"
	Mute: yes

Source #1
	State: RUNNING
	Name: speaker.monitor
	Mute: no
	Monitor of Sink: speaker

Source #2
	State: RUNNING
	Name: microphone
	Mute: ${options.muted ? 'yes' : 'no'}
	Properties:
		device.description = "Name: other"

Source Output #5
	Driver: module-remap-source.c
	Client: n/a
	Source: 1
	Mute: no

Source Output #12
	Driver: protocol-native.c
	Source: ${options.source ?? 2}
	Mute: no
	Properties:
		application.process.id = "${PID}"

Client #3
	Driver: protocol-native.c
	Properties:
		application.process.id = "${PID}"
`

suite('the output of pactl', (test) => {
  test('is read as sources, sinks and the streams on them', () => {
    assert.deepEqual(parsePulseState(listing()), {
      sinks: [{ index: 1, name: 'speaker', muted: true }],
      sources: [
        { index: 1, name: 'speaker.monitor', muted: false },
        { index: 2, name: 'microphone', muted: false },
      ],
      streams: [
        { index: 5, pid: undefined, source: 1, muted: false },
        { index: 12, pid: PID, source: 2, muted: false },
      ],
    })
    assert.deepEqual(parsePulseState('').streams, [])
  })

  test('is read as events', () => {
    assert.deepEqual(parsePulseEvent("Event 'change' on source-output #12"), {
      what: 'change',
      kind: 'source-output',
      index: 12,
    })
    assert.equal(parsePulseEvent('Got SIGTERM, exiting.'), undefined)
  })
})

suite('a watch over sound streams', (test) => {
  let folder: string
  let stopWatch = () => {}
  test.beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'f2f-pactl-'))
  })
  test.afterEach(() => {
    stopWatch()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A watch whose `pactl` runs these scripts; `runs` counts them. */
  function watching(scripts: { subscribe: string; list: string }) {
    const count = (what: string) => `echo x >> ${join(folder, what)}`
    fakeProgram(
      folder,
      'pactl',
      `if [ "$1" = subscribe ]; then ${count('subscribe')}; ${scripts.subscribe}\nelse ${count('list')}; ${scripts.list}\nfi`,
    )
    const reported: unknown[] = []
    const watch = new PulseWatch(
      { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      Date.now,
    )
    const watched = watch.watch({ source: 'microphone' }, PID, {
      suspected: (fromMs) => reported.push(fromMs === null ? 'clear' : 'suspect'),
      lost: ({ code }) => reported.push(code),
      muted: (detail) => reported.push(detail),
    })
    const runs = (what: 'subscribe' | 'list') => {
      const path = join(folder, what)
      return existsSync(path) ? readFileSync(path, 'utf8').length / 2 : 0
    }
    stopWatch = watched.stop
    return { reported, runs, stop: watched.stop }
  }

  const says = (text: string) => `cat <<'END'\n${text}\nEND\n`
  const CHANGES = `while :; do echo "Event 'change' on sink #1"; sleep 0.02; done`

  test.unless(noPulse(), 'does not spin when the sound server is dead', async () => {
    const { runs, reported, stop } = watching({ subscribe: 'exit 1', list: 'exit 1' })
    await delay(3_000)
    stop()
    assert.ok(runs('subscribe') <= 5, `${runs('subscribe')} subscriptions`)
    assert.ok(runs('list') <= 12, `${runs('list')} questions`)
    assert.deepEqual(reported, ['suspect'])
  })

  test.unless(
    noPulse(),
    'checks at most twice a second when volumes change all the time',
    async () => {
      const { runs, reported, stop } = watching({ subscribe: CHANGES, list: says(listing()) })
      await eventually('the first question', () => runs('list') >= 1)
      const before = runs('list')
      await delay(3_000)
      const asked = runs('list') - before
      stop()
      assert.ok(asked >= 4 && asked <= 8, `${asked} questions in 3 s`)
      assert.deepEqual(reported, [])
      await eventually('nothing is left running', () => childrenWith(folder).length === 0)
    },
  )

  test.unless(noPulse(), 'makes one check at a time, however slow the server is', async () => {
    const moves = `while :; do echo "Event 'change' on source-output #12"; sleep 0.02; done`
    const { runs, reported, stop } = watching({
      subscribe: moves,
      list: `sleep 0.5; ${says(listing())}`,
    })
    await delay(2_500)
    stop()
    assert.ok(runs('list') <= 6, `${runs('list')} questions`)
    assert.equal(reported[0], 'suspect')
    assert.ok(!reported.includes('DEVICE_UNAVAILABLE'))
  })

  test.unless(noPulse(), 'reports a moved stream once, and nothing after that', async () => {
    const { reported, stop } = watching({
      subscribe: CHANGES,
      list: says(listing({ source: 1, muted: true })),
    })
    await eventually('it is lost', () => reported.length > 0)
    await delay(700)
    stop()
    assert.deepEqual(reported, ['DEVICE_UNAVAILABLE'])
  })

  test.unless(noPulse(), 'does not take a stream without a source for a moved one', async () => {
    const { reported, runs, stop } = watching({
      subscribe: CHANGES,
      list: says(listing({ source: 4_294_967_295 })),
    })
    await eventually('it has asked again', () => runs('list') >= 3)
    stop()
    assert.deepEqual(reported, [])
  })

  test.unless(noPulse(), 'trusts no sound while the subscription is dead', async () => {
    const [die, moved] = [join(folder, 'die'), join(folder, 'moved')]
    const { runs, reported, stop } = watching({
      // The first one works until it dies; the next ones have no news yet.
      subscribe: `if [ $(wc -l < ${join(folder, 'subscribe')}) = 1 ]; then echo "Event 'new' on client #1"; while [ ! -e ${die} ]; do sleep 0.02; done; exit 1; fi; exec tail -f /dev/null`,
      list: `if [ -e ${moved} ]; then ${says(listing({ source: 1 }))} else ${says(listing())} fi`,
    })
    await eventually('it works', () => runs('list') >= 2)
    writeFileSync(die, '')
    await eventually('the death is noticed', () => reported.includes('suspect'))
    const before = runs('list')
    await eventually('it has asked twice', () => runs('list') >= before + 2)
    assert.ok(!reported.includes('clear'), JSON.stringify(reported))
    writeFileSync(moved, '')
    await eventually('it is lost', () => reported.at(-1) === 'DEVICE_UNAVAILABLE', 3_000)
    stop()
  })

  test.unless(
    noPulse(),
    'trusts no sound by an answer that is older than the subscription',
    async () => {
      const [die, asked] = [join(folder, 'die'), join(folder, 'asked')]
      const { runs, reported, stop } = watching({
        // The second one comes alive after the answer of a check, and before that check ends.
        subscribe: `if [ $(wc -l < ${join(folder, 'subscribe')}) = 1 ]; then echo "Event 'new' on client #1"; while [ ! -e ${die} ]; do sleep 0.02; done; exit 1; fi; while [ ! -e ${asked} ]; do sleep 0.02; done; echo "Event 'new' on client #1"; exec tail -f /dev/null`,
        // Between the two the stream is moved, which nobody reports.
        list: `if [ ! -e ${die} ]; then ${says(listing())} elif [ ! -e ${asked} ]; then touch ${asked}; sleep 0.5; ${says(listing())} else ${says(listing({ source: 1 }))} fi`,
      })
      await eventually('it works', () => runs('list') >= 2)
      writeFileSync(die, '')
      await eventually('it is lost', () => reported.at(-1) === 'DEVICE_UNAVAILABLE', 5_000)
      stop()
      assert.ok(!reported.includes('clear'), JSON.stringify(reported))
    },
  )

  test.unless(noPulse(), 'ends a subscription that hangs, and starts another', async () => {
    const { runs, stop } = watching({
      // The first one says a word and then hangs.
      subscribe: `if [ $(wc -l < ${join(folder, 'subscribe')}) = 1 ]; then echo "Event 'new' on client #1"; exec tail -f /dev/null; fi; ${CHANGES}`,
      list: says(listing()),
    })
    await eventually('another one', () => runs('subscribe') >= 2, 25_000)
    stop()
  })
})

function noPulse(): string | null {
  return process.platform === 'win32' ? 'there is no PulseAudio on Windows' : null
}
