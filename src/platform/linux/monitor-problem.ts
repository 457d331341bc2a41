import { type CaptureProblem, captureFailed, deviceLost } from '../capture-problem.ts'

/** Why a monitor cannot be captured further: it is gone, or has another size than it had. */
export function monitorProblem(
  was: { name: string; width: number; height: number },
  monitors: readonly { name: string; width: number; height: number }[],
): CaptureProblem | undefined {
  const is = monitors.find(({ name }) => name === was.name)
  if (is === undefined) return deviceLost(`The monitor ${was.name} is gone.`)
  if (is.width === was.width && is.height === was.height) return undefined
  return captureFailed(`The monitor ${was.name} was resized to ${is.width}×${is.height}.`)
}
