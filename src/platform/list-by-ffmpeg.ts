import type { DeviceList } from '../contract/views.ts'
import type { Ffmpeg } from '../ffmpeg/ffmpeg-locator.ts'
import { runTool } from '../processes/run-tool.ts'
import { unavailable } from './capture-backend.ts'

const LIMIT_MS = 1_500

/**
 * Lists devices as ffmpeg finds them. `args` ask for its list, which it writes to stderr; `read`
 * selects from that. Without ffmpeg there are none, and the reason says what to install.
 */
export async function listByFfmpeg(
  ffmpeg: () => Promise<Ffmpeg>,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  read: (output: string) => DeviceList,
): Promise<DeviceList> {
  let path: string
  try {
    path = (await ffmpeg()).path
  } catch (error) {
    return unavailable((error as Error).message)
  }
  const command = { program: path, args: ['-hide_banner', ...args] }
  const { stderr } = await runTool(command, { env, limitMs: LIMIT_MS })
  return read(stderr)
}
