import assert from 'node:assert/strict'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentity, encodeRecipient, parseIdentity } from '../../src/age/identity.ts'
import { ageProblem, openWithAge } from '../age/support/age-program.ts'
import { startDaemon } from '../support/daemon.ts'
import { loseMasterKey } from '../support/master-key.ts'
import { suite } from '../support/suite.ts'

suite('a recording whose key is in escrow', (test) => {
  test.unless(
    ageProblem(),
    'is opened by the organisation with the program age alone, without recorder and master key',
    async () => {
      const organisation = createIdentity()
      const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
      const keys = { escrowRecipients: [encodeRecipient(organisation.recipient)] }
      await writeFile(join(home, 'config.json'), JSON.stringify({ keys }))
      const daemon = await startDaemon({ home })
      const { id } = (await daemon.api('POST', '/recordings', { media: ['mic'] })).body
      assert.equal((await daemon.api('POST', '/recordings/current/stop', {})).status, 200)
      assert.equal(await daemon.stop(), 0)
      await loseMasterKey(home)

      const opened = openWithAge(join(home, 'keys', `${id}.escrow.age`), organisation)
      const identity = parseIdentity(opened.toString())
      assert.ok(identity)
      const folder = join(home, 'recordings', id)
      const [segment = ''] = await readdir(folder)
      assert.match(segment, /^mic-000001\.ogg\.age$/)
      const media = openWithAge(join(folder, segment), identity)
      assert.equal(media.toString('latin1', 0, 4), 'OggS')
    },
  )
})
