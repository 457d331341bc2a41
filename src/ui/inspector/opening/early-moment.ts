import { askEarly } from '../../live/early-answer.ts'

/** An address in the inspector: the recording, and the position of the log. */
const MOMENT = /^#\/inspector\/([\w-]+)\?(?:.*&)?position=([1-9]\d*)(?:&|$)/

/**
 * Asks the recorder for the moment that an address (`#/inspector/ID?position=17`) names, and for
 * today's charts of the machines, before the page's script is there. Returns whether it names one.
 */
export function askForMoment(hash: string): boolean {
  const [, id, position] = MOMENT.exec(hash) ?? []
  if (id === undefined) return false
  askEarly(`/v1/recordings/${id}/replay?position=${position}`)
  for (const chart of newestCharts()) askEarly(chart)
  return true
}

/** Returns the addresses of today's charts. The build names them in the page's head. */
export function newestCharts(): string[] {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="f2f-charts"]')
  return meta?.content.split(' ') ?? []
}
