import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Level } from 'level'
import { sha256Hex } from '../../src/access/secrets.ts'
import { type ObservedDaemon, startObserved } from '../e2e/support/observed-daemon.ts'
import type { Answer } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { connect, signIn } from './support/clients.ts'
import { openFeed } from './support/event-feed.ts'

const LINUX_ONLY =
  process.platform === 'linux'
    ? null
    : `processes are looked at in /proc, this is ${process.platform}`
const POSIX_ONLY = process.platform === 'win32' ? 'Windows has no permission bits' : null

/**
 * A file or folder below the home as it lies on the disk; of a file the bytes are there, as
 * Latin-1.
 */
interface Entry {
  path: string
  mode: string
  isFolder: boolean
  bytes: string | null
}

/** Files and folders below a folder, itself included. One that is renamed meanwhile is left out. */
function everythingBelow(folder: string): Entry[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name),
  )
  return [folder, ...paths].flatMap((path) => {
    try {
      const entry = statSync(path)
      const bytes = entry.isFile() ? readFileSync(path, 'latin1') : null
      const isFolder = entry.isDirectory()
      return [{ path, mode: (entry.mode & 0o777).toString(8), isFolder, bytes }]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  })
}

/**
 * Keys and values of a log that nobody has open. What LevelDB has compressed cannot be searched in
 * its files.
 */
async function entriesOf(folder: string): Promise<string> {
  const log = new Level(folder)
  const entries = await log.iterator().all()
  await log.close()
  return entries.flat().join('\n')
}

suite('secrets and personal data', (test) => {
  const PERSON = 'Erika-Mustermann-4711'
  const WRONG_TOKEN = 'f2f_of-another-recorder-0123456789012345678'
  let secrets: Record<string, string>
  let tokenHash: string
  // What a session left behind: on the command lines while it recorded, in answers, on stderr, in
  // the stream, on the disk.
  let commandLines: string[] = []
  let problems: Answer[]
  let output: string
  let streamed: string
  let onDisk: Entry[]
  let logged: string

  test.before(async () => {
    // The daemon must see to its files itself, whatever the user's mask lets through.
    const mask = process.umask(0)
    const daemon = await startObserved({ env: { F2F_LOG_LEVEL: 'trace' } }).finally(() =>
      process.umask(mask),
    )
    try {
      await session(daemon)
    } finally {
      await daemon.stop()
    }
    logged = await entriesOf(join(daemon.home, 'log'))
  })

  /** Everything that brings secrets and personal data to the daemon, rightly and wrongly. */
  async function session(daemon: ObservedDaemon): Promise<void> {
    const clients = await connect(daemon)
    const { api, ui } = clients
    const crm = await clients.thirdParty('crm', ['read', 'tag', 'control', 'audit'])
    tokenHash = sha256Hex(crm.secret)
    const { url } = (await api.call('POST', '/ui/launch')).body
    secrets = {
      'home token': daemon.token,
      'token of a third party': crm.secret,
      'launch code': url.split('/').at(-1),
      session: ui.credential.Cookie!.split('=')[1]!,
      'session of another browser': (await signIn(daemon)).split('=')[1]!,
      'wrong token': WRONG_TOKEN,
    }
    assert.equal((await fetch(url, { redirect: 'manual' })).status, 303)

    const feed = await openFeed(daemon, { after: 0 })
    await crm.start(
      { media: ['audio', 'screen'], tags: { customer: PERSON } },
      { 'Idempotency-Key': `start-${PERSON}` },
    )
    if (LINUX_ONLY === null) {
      const own = readFileSync(`/proc/${daemon.pid}/cmdline`, 'latin1')
      commandLines = [own, ...daemon.children().map(({ command }) => command)]
    }
    await crm.command('tags', { tags: { note: `${PERSON} again`, customer: PERSON } })
    await api.call('POST', '/recordings/search', { tags: { customer: PERSON } })
    problems = [
      await ui.command('tags', { tags: { customer: PERSON } }),
      await crm.call('POST', '/recordings/current/tags', `{"tags":{"customer":"${PERSON}`),
      await crm.command('tags', { tags: { customer: [PERSON], [`${PERSON} is no key`]: 1 } }),
      await crm.command('tags', { tags: { 'system.user': PERSON } }),
      await crm.call('POST', '/recordings/search', { tags: { customer: { [PERSON]: PERSON } } }),
      await crm.call('POST', '/tokens', { name: PERSON, scopes: ['read'] }),
      await crm.call('GET', '/application', undefined, { Cookie: ui.credential.Cookie! }),
      await daemon.api('GET', '/application', undefined, {
        Authorization: `Bearer ${WRONG_TOKEN}`,
      }),
      await daemon.api('GET', `/${daemon.token}`),
      await crm.start({ tags: { customer: PERSON } }),
    ]
    for (const { status, body } of problems) assert.ok(status >= 400, JSON.stringify(body))
    await crm.command('stop')
    await crm.command('close')
    await feed.event('the end', ({ type }) => type === 'recording.closed')
    feed.close()
    streamed = feed.messages.map(({ data }) => data).join('\n')
    output = daemon.stderr()
    onDisk = everythingBelow(daemon.home)
  }

  function assertHolds(where: string, text: string, ...words: string[]): void {
    for (const word of words) assert.ok(text.includes(word), `${where} should hold ${word}`)
  }
  function assertNoSecret(where: string, text: string): void {
    for (const [what, secret] of Object.entries(secrets))
      assert.ok(!text.includes(secret), `the ${what} is in ${where}`)
  }

  test('no credential is in the daemon’s output, not even at debug level', () => {
    assertHolds('the output', output, '"level":20', '/launch/:code', '"client":"crm"')
    assertNoSecret('the output', output)
  })

  test('no tag value is in the daemon’s output', () => {
    assertHolds('the output', output, '/v1/recordings/:id/tags')
    assert.ok(!output.includes(PERSON), 'a tag value is in the output')
  })

  test('no credential is in an event: tokens appear as hashes', () => {
    assertHolds('the events', streamed, tokenHash, PERSON)
    assertNoSecret('the events', streamed)
  })

  test('no error shows a credential or a value of the request', () => {
    for (const { body } of problems) {
      const text = JSON.stringify(body)
      assertNoSecret('an error', text)
      // The name of a field says where the error is.
      assert.ok(
        !text.replaceAll(`${PERSON} is no key`, '').includes(PERSON),
        `${text} shows what was sent`,
      )
    }
  })

  test.unless(
    LINUX_ONLY,
    'no credential and no tag value is on a command line of the daemon or its helpers',
    () => {
      const all = commandLines.join('\n')
      assert.ok(commandLines.length > 3, 'there were helpers')
      assertHolds('the command lines', all, 'serve', 'lavfi')
      assertNoSecret('a command line', all)
      assert.ok(!all.includes(PERSON), 'a tag value is on a command line')
    },
  )

  test.unless(POSIX_ONLY, 'every file and folder below the home belongs to the user only', () => {
    for (const { path, mode, isFolder } of onDisk)
      assert.equal(mode, isFolder ? '700' : '600', path)
    for (const name of ['token', 'daemon.json', 'CURRENT', 'LOCK', '.ogg.age', '.mp4.age']) {
      const found = onDisk.some(({ path }) => path.endsWith(name))
      assert.ok(found, `there should be a ${name}`)
    }
  })

  test('no credential is in any file except the token file, and none is in the log', () => {
    const bytes = onDisk.map((entry) => entry.bytes ?? '').join('\n')
    assertHolds('the files', bytes, tokenHash, secrets['home token']!)
    assert.ok(!bytes.includes(PERSON), 'a tag value is in the files')
    for (const entry of onDisk)
      if (!entry.path.endsWith('/token')) assertNoSecret(entry.path, entry.bytes ?? '')
    assertHolds('the log', logged, tokenHash)
    assert.ok(!logged.includes(PERSON), 'a tag value is in the log')
    assertNoSecret('the log', logged)
  })
})
