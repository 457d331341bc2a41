import assert from 'node:assert/strict'
import { recordCommand } from '../../bench/bare-capture.ts'
import { suite } from '../support/suite.ts'

suite('the bare capture that the bench compares with', (test) => {
  test('captures the whole screen, also with an ffmpeg that would not by itself', () => {
    const desktop = {
      display: ':9',
      size: { width: 1920, height: 1080 },
      micSource: 'mic',
      speakerSink: 'speaker',
    }
    const command = recordCommand('screen', desktop, '/tmp/bare')
    assert.match(command, / -f x11grab -framerate 15 -video_size 1920x1080 .*-i :9 /)
  })
})
