import assert from 'node:assert/strict'
import { resolveQuality } from '../../src/contract/quality.ts'
import { type Ffmpeg, parseLibavcodec, parseVersion } from '../../src/ffmpeg/ffmpeg-locator.ts'
import { x11grabCommand } from '../../src/platform/linux/linux-backend.ts'
import {
  macosCommand,
  macosDevices,
  parseAvfoundation,
} from '../../src/platform/macos/macos-backend.ts'
import {
  parseDshowAudio,
  windowsAudioDevices,
  windowsCommand,
} from '../../src/platform/windows/windows-backend.ts'
import { suite } from '../support/suite.ts'

const ffmpeg: Ffmpeg = {
  path: '/opt/ffmpeg',
  version: { major: 6, minor: 0 },
  libavcodec: { major: 60, minor: 3 },
}
const whole = { width: 1280, height: 720 }
const quality = resolveQuality()
const device = (id: string) => ({ id, label: id })
const line = ({ args }: { args: readonly string[] }) => args.join(' ')

suite('command lines', (test) => {
  test('Linux: x11grab for the screen', () => {
    const screen = x11grabCommand(':0', whole, quality, ffmpeg)
    assert.equal(screen.program, '/opt/ffmpeg')
    // x11grab's own time is that of its request: a busy display answers it after a pause.
    assert.match(line(screen), /-use_wallclock_as_timestamps 1 -f x11grab/)
    assert.match(
      line(screen),
      /-f x11grab -framerate 15 -video_size 1280x720 -i :0 .*libx264.*frag_every_frame.*-f mp4 pipe:1 .*pipe:3 .*mjpeg.*pipe:4$/,
    )
    const right = { name: 'HDMI-1', primary: false, x: 1920, y: 0, width: 1280, height: 1024 }
    assert.match(
      line(x11grabCommand(':0', right, resolveQuality('sharp'), ffmpeg)),
      /-framerate 30 -video_size 1280x1024 -grab_x 1920 -grab_y 0 -i :0 .*-crf 17/,
    )
  })

  test('frames keep their times with every build of ffmpeg', () => {
    const libavcodec = '\nlibavcodec     58. 91.100 / 59. 37.100\nlibavformat    60. 45.100'
    const flag = (printed: string) =>
      /-(?:vsync|fps_mode) vfr/.exec(
        line(
          x11grabCommand(':0', whole, quality, {
            path: 'ffmpeg',
            version: parseVersion(printed),
            libavcodec: parseLibavcodec(printed),
          }),
        ),
      )?.[0]
    for (const [printed, expected] of [
      ['n4.4.2-0ubuntu', '-vsync vfr'],
      ['5.0.3', '-vsync vfr'],
      ['5.1.9-0+deb12u1', '-fps_mode vfr'],
      ['8.0', '-fps_mode vfr'],
      [`N-47683-g0e8eb07980-static${libavcodec}`, '-vsync vfr'],
      [`2021-03-09-git-c35e456f54-full_build${libavcodec}`, '-vsync vfr'],
      ['git-2022-06-01-abc\nlibavcodec     59. 36.100 / 59. 37.100', '-vsync vfr'],
      ['N-112-gabc\n  libavcodec     59. 37.100 / 59. 36.100', '-fps_mode vfr'],
      ['2024-09-01-git-1\nlibavcodec     61. 13.100 / 61. 13.100', '-fps_mode vfr'],
      // It tells nothing: it is taken for a new one.
      ['N-112-gabc', '-fps_mode vfr'],
    ] as const)
      assert.equal(flag(`ffmpeg version ${printed}`), expected, printed)
  })

  test('a build that looks only twice a second whether it shall end is told to look more often', () => {
    const looks = (printed: string) =>
      x11grabCommand(':0', whole, quality, {
        path: 'ffmpeg',
        version: parseVersion(printed),
        libavcodec: parseLibavcodec(printed),
      }).args.includes('-stats_period')
    for (const [printed, expected] of [
      ['n4.1', false],
      ['6.1.1-3ubuntu5', false],
      ['n7.0-7-gd38bf5e08e-20240407', true],
      ['N-112-gabc\nlibavcodec     60. 31.102 / 60. 31.102', false],
      ['N-112-gabc\nlibavcodec     61.  3.100 / 61.  3.100', true],
    ] as const)
      assert.equal(looks(`ffmpeg version ${printed}`), expected, printed)
  })

  test('Windows: dshow for sound, gdigrab for the screen', () => {
    assert.match(
      line(windowsCommand('mic', device('Microphone (USB, 2)'), quality, ffmpeg)),
      /-f dshow .*-i audio=Microphone \(USB, 2\) -f s16le -ar 48000 -ac 1/,
    )
    assert.match(
      line(windowsCommand('screen', device('desktop'), quality, ffmpeg)),
      /-f gdigrab -framerate 15 -i desktop/,
    )
  })

  test('macOS: avfoundation, devices by name', () => {
    assert.match(
      line(macosCommand('mic', device('MacBook Pro Microphone'), quality, ffmpeg)),
      /-f avfoundation -i none:MacBook Pro Microphone -f s16le/,
    )
    assert.match(
      line(macosCommand('screen', device('Capture screen 0'), quality, ffmpeg)),
      /-i Capture screen 0:none .*libx264/,
    )
  })
})

suite('device lists of other platforms', (test) => {
  const dshow5 = `[dshow @ 000001] "Integrated Camera" (video)
[dshow @ 000001]   Alternative name "@device_pnp_\\\\?\\usb#vid"
[dshow @ 000001] "Microphone (Realtek(R) Audio)" (audio)
[dshow @ 000001]   Alternative name "@device_cm_{33D9A762}\\wave_{A}"
[dshow @ 000001] "Stereo Mix (Realtek(R) Audio)" (audio)
dummy: Immediate exit requested`
  const dshow4 = `[dshow @ 0001] DirectShow video devices (some may be both video and audio devices)
[dshow @ 0001]  "Integrated Camera"
[dshow @ 0001]     Alternative name "@device_pnp"
[dshow @ 0001] DirectShow audio devices
[dshow @ 0001]  "Microphone (Realtek(R) Audio)"
[dshow @ 0001]     Alternative name "@device_cm"
[dshow @ 0001]  "Stereo Mix (Realtek(R) Audio)"`

  test('Windows: old and new ffmpeg name the same devices', () => {
    const names = ['Microphone (Realtek(R) Audio)', 'Stereo Mix (Realtek(R) Audio)']
    assert.deepEqual(parseDshowAudio(dshow5), names)
    assert.deepEqual(parseDshowAudio(dshow4), names)
    assert.deepEqual(
      windowsAudioDevices('mic', names).devices.map(({ id }) => id),
      [names[0]],
    )
    assert.deepEqual(
      windowsAudioDevices('speaker', names).devices.map(({ id }) => id),
      [names[1]],
    )
    assert.match(windowsAudioDevices('speaker', [names[0]!]).reason ?? '', /Stereo Mix/)
  })

  test('macOS: screens, microphones and loopback devices are distinguished', () => {
    const output = `[AVFoundation indev @ 0x7f8] AVFoundation video devices:
[AVFoundation indev @ 0x7f8] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8] [1] Capture screen 0
[AVFoundation indev @ 0x7f8] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8] [0] BlackHole 2ch
[AVFoundation indev @ 0x7f8] [1] MacBook Pro Microphone
: Input/output error`
    assert.deepEqual(parseAvfoundation(output).video, ['FaceTime HD Camera', 'Capture screen 0'])
    const ids = (medium: 'mic' | 'speaker' | 'screen') =>
      macosDevices(medium, output).devices.map(({ id }) => id)
    assert.deepEqual(
      [ids('mic'), ids('speaker'), ids('screen')],
      [['MacBook Pro Microphone'], ['BlackHole 2ch'], ['Capture screen 0']],
    )
    assert.match(macosDevices('speaker', '').reason ?? '', /BlackHole/)
  })
})
