import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { findProgram } from '../../../src/processes/find-program.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'
import { fakeProgram } from '../support/fake-program.ts'
import { sizeOf } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
const SIZE = [800, 500] as const

/** Builds without a release number, and the option that each of them knows. */
const BUILDS = [
  { version: 'N-47683-g0e8eb07980-static', libavcodec: '58. 35.100', option: '-vsync' },
  { version: '2022-05-30-git-2e4e9d0-full_build', libavcodec: '59. 33.100', option: '-vsync' },
  { version: 'N-117312-ga1b2c3d4e5', libavcodec: '61. 19.100', option: '-fps_mode' },
]

/**
 * Writes a script around the real ffmpeg. It prints the version of a build, knows only the option
 * of that build, grabs 640×480 when it is given no size, as old ones do, and lists its calls.
 */
function shim(folder: string, { version, libavcodec, option }: (typeof BUILDS)[number]): string {
  const [real, unknown] = [
    findProgram('ffmpeg', process.env),
    option === '-vsync' ? '-fps_mode' : '-vsync',
  ]
  const path = fakeProgram(
    folder,
    'ffmpeg',
    `if [ "$1" = -version ]; then cat "$0.version"; exit; fi
printf '%s\\n' "$*" >> "$0.calls"
case " $* " in *' ${unknown} '*) echo "Unrecognized option '${unknown}'." >&2; exit 1;; esac
case " $* " in
  *' -video_size '*) ;;
  *' x11grab '*) exec '${real}' -video_size 640x480 "$@" ;;
esac
exec '${real}' "$@"`,
  )
  writeFileSync(
    `${path}.version`,
    `ffmpeg version ${version} Copyright (c) the FFmpeg developers
libavutil      56. 22.100 / 56. 22.100
libavcodec     ${libavcodec} / ${libavcodec}
libavformat    58. 20.100 / 58. 20.100
`,
  )
  return path
}

suite('an ffmpeg without a release number', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    const [width, height] = SIZE
    if (problem === null) desktop = await startVirtualDesktop({ width, height })
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  for (const build of BUILDS)
    test.unless(problem, `${build.version} checks and records the whole screen`, async () => {
      const ffmpegPath = shim(join(bench.folder, build.version), build)
      const platform = bench.platform({ env: { ...process.env, ...desktop.env }, ffmpegPath })
      const device = await platform.resolve('screen', undefined)
      const { signal } = new AbortController()
      let probes = 0
      // A starved machine takes longer than a probe may.
      await eventually('a probe that delivers', async () => {
        probes++
        const { problem } = await platform.probe('screen', device, signal)
        return problem === null
      })

      const capture = bench.capture(platform, 'screen')
      capture.open(device)
      await capture.next('capture.flowing')
      capture.cut()
      const { description } = await capture.next('capture.ended')
      assert.deepEqual(await sizeOf(join(capture.folder, description!.file)), [...SIZE])

      const grabs = readFileSync(`${ffmpegPath}.calls`, 'utf8')
        .split('\n')
        .filter((call) => call.includes('x11grab'))
      assert.equal(grabs.length, probes + 1)
      for (const call of grabs) assert.match(call, /-video_size 800x500 .*-i \S*:/)
    })
})
