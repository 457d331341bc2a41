/** Measures how late the frame gate of a still screen lets a change pass. */
import { setTimeout as wait } from 'node:timers/promises'
import { connectX11 } from '../lab/x11-client.ts'
import { startXvfb } from '../lab/xvfb.ts'
import { resolveQuality } from '../src/contract/quality.ts'
import { createFfmpegLocator } from '../src/ffmpeg/ffmpeg-locator.ts'
import { FragmentAssembler, readBox } from '../src/media/fmp4.ts'
import { Splitter } from '../src/media/splitter.ts'
import { x11grabCommand } from '../src/platform/linux/linux-backend.ts'
import { X11FrameGate } from '../src/platform/linux/x11-frame-gate.ts'
import { startChild } from '../src/processes/child-process.ts'
import { terminate } from '../src/processes/terminate.ts'
import { percentile } from './statistics.ts'
import { alone, type Findings } from './table.ts'

const CHANGES = 30
const SIZE = { width: 1_280, height: 720 }

/** Paints on a still screen at random times, and looks for the next frame of each. */
export async function benchGate(): Promise<Findings> {
  const server = await startXvfb(SIZE)
  const screen = await connectX11(server.display)
  const { env } = process
  const quality = resolveQuality()
  const ffmpeg = await createFfmpegLocator({ env, inputs: [] }).ffmpeg()
  const gate = await X11FrameGate.make({
    ...{ display: server.display, env, framesPerSecond: quality.framesPerSecond },
    command: (display) => x11grabCommand(display, SIZE, quality, ffmpeg, true),
  })
  if (gate === undefined) throw new Error('there is no gate')
  let messages = ''
  const frames: number[] = []
  const boxes = new Splitter(readBox)
  const assembler = new FragmentAssembler()
  const child = startChild(gate.command, {
    env: gate.env,
    onStderr: (text) => {
      messages += text
    },
    onStdout: (chunk) => {
      for (const box of boxes.push(chunk)) {
        const fragment = assembler.push(box)
        if (fragment) frames.push((fragment.start / assembler.timescale!) * 1_000)
      }
    },
    onDescriptors: [() => {}, () => {}],
  })
  gate.begin()
  const changes: number[] = []
  try {
    await wait(1_500)
    for (let change = 0; change < CHANGES; change++) {
      await wait(300 + 700 * Math.random())
      changes.push(Date.now())
      await screen.fill(change % 2 === 0 ? '#204060' : '#406020')
    }
    await wait(1_500)
  } finally {
    await terminate(child)
    gate.stop()
    screen.close()
    await server.stop()
  }
  const startMs = Number(/start: (\d+\.\d+)/.exec(messages)?.[1]) * 1_000
  const late = changes.map((at) => startMs + frames.find((frame) => startMs + frame >= at)! - at)
  const interval = { of: 'ours', atMost: Math.ceil(1_000 / quality.framesPerSecond) } as const
  return {
    rows: [
      alone(
        `still screen: a change is on a frame after, p50 of ${CHANGES}`,
        'ms',
        percentile(late, 0.5),
        interval,
      ),
      alone(
        `still screen: a change is on a frame after, most of ${CHANGES}`,
        'ms',
        Math.max(...late),
        interval,
      ),
    ],
    remarks: [],
  }
}
