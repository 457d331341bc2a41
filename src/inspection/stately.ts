import type { InspectedEvent, InspectionMessage } from '../contract/inspection.ts'
import { redactTags } from './redact.ts'

/**
 * Stately's own inspector. It is the page of a third party: what it is shown leaves the recorder.
 */
export const STATELY_URL = 'https://stately.ai/inspect'

/** The message that the inspector sends to the page that embeds it, once it listens. */
const STATELY_CONNECTED = '@statelyai.connected'

/**
 * Returns a message of the feed as Stately's inspector receives it (`window.postMessage`, or a text
 * of a web socket). It has the members of `@statelyai/inspect` only. The values of tags and the
 * names of users are always left out.
 */
export function toStately(message: InspectionMessage): InspectionMessage {
  const { position: _, ...members } = redactTags(message)
  if (members.type === '@xstate.actor') return members
  return { ...members, event: withoutUser(members.event) }
}

function withoutUser(event: InspectedEvent): InspectedEvent {
  if (typeof event.by !== 'object' || event.by === null) return event
  const { user: _, ...by } = event.by as Record<string, unknown>
  return { ...event, by }
}

/**
 * Returns a page that embeds Stately's inspector, and passes on the messages of a web socket
 * (`ws://127.0.0.1:<port>`), each as {@link toStately} returns it. Messages wait until the inspector
 * listens.
 */
export function statelyPage(socketUrl: string): string {
  const script = `
    const inspector = document.querySelector('iframe')
    const origin = new URL(${literal(STATELY_URL)}).origin
    let waiting = []
    const show = (message) => inspector.contentWindow.postMessage(message, origin)
    addEventListener('message', ({ origin: from, data }) => {
      if (from !== origin || data?.type !== ${literal(STATELY_CONNECTED)} || waiting === null) return
      waiting.forEach(show)
      waiting = null
    })
    new WebSocket(${literal(socketUrl)}).onmessage = ({ data }) => {
      const message = JSON.parse(data)
      if (waiting === null) show(message)
      else waiting.push(message)
    }
  `
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Stately Inspector</title>
<style>html, body, iframe { width: 100%; height: 100%; margin: 0; border: 0 }</style>
<iframe src="${STATELY_URL}" title="Stately Inspector"></iframe>
<script>${script}</script>
</html>
`
}

/** Returns a text as JavaScript within HTML. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll('<', '\\u003c')
}
