import type { Scope } from '../../../src/access/scopes.ts'
import type { ReadinessView } from '../../../src/contract/views.ts'
import { REQUEST_EXAMPLES } from '../../../src/http/openapi/examples/examples.ts'
import type { Answer, TestDaemon } from '../../support/daemon.ts'
import { eventually } from '../../support/suite.ts'
import type { Client, Clients } from './clients.ts'

/**
 * Plays the session that the examples of openapi.json tell, with the bodies that they have. Returns
 * the answers by operation.
 */
export async function playExamples(
  daemon: TestDaemon,
  clients: Clients,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>()
  const { api } = clients
  const { name, scopes } = REQUEST_EXAMPLES.createToken as { name: string; scopes: Scope[] }
  const crm = await clients.thirdParty(name, scopes)
  answers.set('createToken', crm.created)

  async function get(operation: string, path: string, client: Client = crm): Promise<void> {
    answers.set(operation, await client.get(path))
  }
  async function post(operation: string, path: string, client: Client = crm): Promise<void> {
    answers.set(operation, await client.call('POST', path, REQUEST_EXAMPLES[operation]))
  }

  await get('listTokens', '/tokens', api)
  await post('launchPage', '/ui/launch', api)
  await get('listDevices', '/devices')
  // On a busy machine a device may need longer than a check waits.
  await eventually(
    'a microphone that passes every check of its own',
    async () => {
      await get('readReadiness', '/readiness?media=mic')
      const view: ReadinessView = answers.get('readReadiness')?.body
      // A build server has no logind.
      view.checks = view.checks.filter(({ id }) => id !== 'lock')
      return view.checks.every(({ result }) => result === 'pass')
    },
    20_000,
  )
  await post('startRecording', '/recordings')
  await post('startMedia', '/recordings/current/start')
  await post('tagRecording', '/recordings/current/tags')
  await get('readApplication', '/application')
  await post('recordConsent', '/recordings/current/consent')
  await post('pauseMedia', '/recordings/current/pause')
  await post('resumeMedia', '/recordings/current/resume')
  await post('stopMedia', '/recordings/current/stop')
  await get('readRecording', '/recordings/current')
  await post('closeRecording', '/recordings/current/close')
  await get('listRecordings', '/recordings?state=Closed')
  await post('searchRecordings', '/recordings/search')
  await get('listTagKeys', '/tag-keys')
  const id: string = answers.get('readRecording')?.body.id
  await get('listSegments', `/recordings/${id}/segments?limit=2`)
  await get('readSegmentIndex', `/recordings/${id}/segments/screen/1/index`)
  await get('listRecordingEvents', `/recordings/${id}/events?limit=3`)
  await get('replayRecording', `/recordings/${id}/replay`)
  await get('listAccesses', `/recordings/${id}/accesses`)
  await post('placeHold', `/recordings/${id}/holds`, api)
  await get('listHolds', `/recordings/${id}/holds`, api)
  const holdId: string = answers.get('placeHold')?.body.holds[0].id
  await post('releaseHold', `/recordings/${id}/holds/${holdId}/release`, api)
  await post('eraseRecording', `/recordings/${id}/erase`, api)
  await post('confirmClock', '/retention/confirm', api)
  await post('confirmHolds', '/retention/confirm-holds', api)
  for (const [name, path] of [
    ['health', '/healthz'],
    ['ping', '/v1/ping'],
  ] as const) {
    const answer = await fetch(`${daemon.url}${path}`)
    const { status, headers } = answer
    answers.set(name, { status, headers, body: await answer.json() })
  }
  return answers
}
