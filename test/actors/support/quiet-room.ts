import { pactl } from '../../../lab/microphone.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../../../lab/virtual-desktop.ts'
import type { CaptureReport } from '../../../src/actors/capture.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { WarningCode } from '../../../src/contract/warnings.ts'
import type { SoundServerCase } from '../../support/sound-servers.ts'
import { eventually, type Test } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from './capture-bench.ts'

const TOLD_MS = 5_000

type Warning = Extract<CaptureReport, { type: 'capture.warning' }>

/** A desktop whose devices deliver nothing that a test does not play, and captures of them. */
export class QuietRoom {
  readonly bench = new CaptureBench()
  desktop!: VirtualDesktop

  /** Opens one for all tests of a suite. Each begins with a microphone that is not muted. */
  static for(test: Test, { soundServer, problem }: SoundServerCase): QuietRoom {
    const room = new QuietRoom()
    test.before(async () => {
      if (problem === null)
        room.desktop = await startVirtualDesktop({ soundServer, quietRoom: false })
    })
    test.afterEach(async () => {
      await room.bench.settle()
      if (problem === null) await room.pactl('set-source-mute', room.desktop.micSource, '0')
    })
    test.after(async () => {
      await room.bench.close()
      await room.desktop?.stop()
    })
    return room
  }

  pactl(...args: string[]): Promise<string> {
    return pactl(this.desktop.env, ...args)
  }

  platform(): ReturnType<CaptureBench['platform']> {
    return this.bench.platform({ env: { ...process.env, ...this.desktop.env } })
  }

  /** Captures the default device of a medium, once media flow. */
  async flowing(medium: Medium): Promise<ObservedCapture> {
    const devices = this.platform()
    const capture = this.bench.capture(devices, medium)
    capture.open(await devices.resolve(medium, undefined))
    await capture.next('capture.flowing')
    return capture
  }

  warnings(capture: ObservedCapture): Warning[] {
    return capture.reports.filter((report): report is Warning => report.type === 'capture.warning')
  }

  /** Waits until a warning of a segment has been raised or cleared last. */
  warned(capture: ObservedCapture, code: WarningCode, present: boolean, segment = 1) {
    return eventually(
      `${code} ${present}`,
      () => {
        const last = this.warnings(capture).findLast((one) => one.code === code)
        return last?.segment === segment && last.present === present
      },
      TOLD_MS,
    )
  }

  /** Waits for five seconds of sound, long enough for a silence to be reported. */
  heardFor5s(capture: ObservedCapture): Promise<boolean> {
    return eventually(
      'five seconds of sound',
      () => capture.reports.filter(({ type }) => type === 'capture.level').length >= 50,
      10_000,
    )
  }
}
