import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { suite } from '../support/suite.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import { button, untilStatus } from './support/record-view.ts'

const LIMIT_MS = 15_000

suite('custody on the page', (test) => {
  const stage = PageStage.for(test)
  let opened: RecorderPage
  let admin: RecorderPage
  let id: string

  const ask = async (path: string, body: object) => {
    const answer = await stage.daemon.api('POST', `/recordings/${path}`, body)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    return answer.body
  }

  test.before(async () => {
    if (noBrowser !== null) return
    const consent = { state: 'granted', method: 'spoken', note: 'at the desk' }
    id = (await stage.daemon.api('POST', '/recordings', { media: ['mic'], consent })).body.id
    await ask(`${id}/stop`, {})
    await ask(`${id}/close`, {})
    // Whatever the open player still asks for when its recording is erased is gone.
    const expectedErrors = /410 \(Gone\)|404 \(Not Found\)/
    opened = await stage.open({ expectedErrors })
    opened.page.setDefaultTimeout(LIMIT_MS)
  })

  const openRecording = (one: RecorderPage): Promise<void> =>
    one.page.evaluate((hash) => {
      location.hash = hash
    }, `#/recordings/${id}`)

  const fillDialog = async ({ page }: RecorderPage, reason: string): Promise<void> => {
    await page.locator('dialog[open] input').fill(reason)
    await page.locator('dialog[open] button[type=submit]').click()
  }

  /** The receipts, the key and the checkpoint that the player saves are those of the API. */
  const assertProofs = async ({ page }: RecorderPage): Promise<void> => {
    const proof = page.locator('.proof')
    await proof.getByText('Receipts, key and witnesses').click()
    await proof.getByText('config.json names no witness').waitFor()
    const { key } = (await stage.daemon.api('GET', '/audit/key')).body
    assert.equal(await proof.locator('.vkey').innerText(), key)
    const save = async (name: string): Promise<string> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        proof.getByRole('button', { name }).click(),
      ])
      return readFile(await file.path(), 'utf8')
    }
    const field = proof.getByLabel('Position in the log')
    const { items } = (await stage.daemon.api('GET', `/recordings/${id}/events?limit=1000`)).body
    const closed = items.find(({ type }: { type: string }) => type === 'recording.closed')
    assert.ok(Number(await field.inputValue()) >= closed.position)
    await field.fill(String(closed.position))
    const receipt = await save('Save the receipt')
    assert.match(
      receipt,
      new RegExp(`^c2sp.org/tlog-proof@v1\nextra .*\nindex ${closed.position - 1}\n`),
    )
    assert.equal(await save('Save the key'), `${key}\n`)
    assert.match(await save('Save the checkpoint'), /^f2f-recorder\/[0-9a-f]{16}\n\d+\n/)
    await field.fill('999999999')
    await proof.getByRole('button', { name: 'Save the receipt' }).click()
    await proof.getByText('The log has no event 999999999.').waitFor()
  }

  test.unless(noBrowser, 'the player shows consent, holds and accesses to everybody', async () => {
    await ask(`${id}/holds`, { reason: 'A claim is being settled.' })
    await openRecording(opened)
    const { page } = opened
    const facts = page.locator('.facts')
    await facts.getByText('1 hold keeps it from erasure').waitFor()
    assert.match(await facts.innerText(), /Consent\s+Granted \(spoken\).*at the desk/s)
    // The whole log and the media of this recording, as the page lets an auditor verify them.
    const proof = opened.page.locator('.proof')
    await proof.getByRole('button', { name: 'Verify' }).click()
    await proof.locator('[data-verdict=good]').waitFor()
    assert.match(await proof.innerText(), /nothing is missing or changed.*Events checked: \d+/s)
    const bundle = proof.getByRole('link', { name: 'Save a bundle' })
    assert.match((await bundle.getAttribute('href')) ?? '', /bundle\?lang=en$/)
    await assertProofs(opened)
    const custody = page.locator('.custody')
    await custody.getByText('A claim is being settled.').waitFor()
    await custody.getByText('Who has seen what').click()
    const access = custody.locator('.access').filter({ hasText: 'Read the events' })
    assert.match(await access.first().innerText(), /by this page/)
    assert.match(await custody.innerText(), /open the page with “f2f ui --admin”/)
    assert.equal(await custody.getByRole('button').count(), 0, 'nothing to hold or erase with')
  })

  test.unless(
    noBrowser,
    'who may releases and places holds with a reason, and cannot erase what is held',
    async () => {
      admin = await stage.open({ admin: true, expectedErrors: /409|410/ })
      const { page } = admin
      page.setDefaultTimeout(LIMIT_MS)
      await openRecording(admin)
      const erase = button(page, 'Erase')
      await erase.waitFor()
      assert.equal(await erase.getAttribute('aria-disabled'), 'true')
      await page.getByText('It cannot be erased while a hold keeps it.').waitFor()
      await erase.click({ force: true })
      assert.equal(await page.locator('dialog[open]').count(), 0)
      await button(page, 'Release').click()
      await fillDialog(admin, 'It is settled.')
      await page.getByText('No hold keeps this recording.').waitFor()
      await button(page, 'Place a hold').click()
      await fillDialog(admin, '')
      assert.equal(await page.locator('dialog[open]').count(), 1, 'a reason is needed')
      await fillDialog(admin, 'Another claim.')
      await page.locator('.hold').getByText('Another claim.').waitFor()
      const { items } = (await stage.daemon.api('GET', `/recordings/${id}/holds`)).body
      assert.deepEqual([items.length, items[0].by.side], [1, 'ui'])
      await button(page, 'Release').click()
      await fillDialog(admin, 'It is settled, too.')
      await page.locator('.hold').waitFor({ state: 'detached' })
    },
  )

  test.unless(
    noBrowser,
    'the recorder’s refusal to erase is said in the page’s words',
    async () => {
      const german = await stage.open({
        ...{ admin: true, locale: 'de-DE', expectedErrors: /409|410/ },
      })
      german.page.setDefaultTimeout(LIMIT_MS)
      await openRecording(german)
      await button(german.page, 'Löschen').click()
      const dialog = german.page.locator('dialog[open]')
      assert.match(await dialog.innerText(), new RegExp(`${id}.*Niemand kann das rückgängig`, 's'))
      await ask(`${id}/holds`, { reason: 'In the meantime.' })
      await fillDialog(german, 'Der Kunde bat darum.')
      await dialog.getByText('Eine Sperre bewahrt die Aufnahme vor dem Löschen.').waitFor()
      assert.equal((await stage.daemon.api('GET', `/recordings/${id}`)).body.erased, null)
      german.assertClean()
      await german.context.close()
    },
  )

  test.unless(
    noBrowser,
    'an erased recording has its reason in place of a player, and stays in the list',
    async () => {
      await button(admin.page, 'Release').click()
      await fillDialog(admin, 'Over.')
      await button(admin.page, 'Erase').click()
      await fillDialog(admin, 'The customer asked for it.')
      await admin.page.locator('[data-erased]').waitFor()
      admin.assertClean()
      await admin.context.close()
      const { page } = opened
      // The open player gives way at once, and a page that is loaded afresh says the same.
      await page.locator('[data-erased]').waitFor()
      await page.reload()
      await page.locator('[data-erased]').waitFor()
      assert.match(await page.locator('[data-erased]').innerText(), /The customer asked for it\./)
      // Who cannot see why the sound has ended must hear it.
      assert.match(await page.locator('[data-erased] [role=alert]').innerText(), /was erased on/)
      assert.equal(await page.locator('audio, video').count(), 0)
      // It is gone, but not who had seen it.
      await page.locator('[data-erased] .accesses summary').click()
      const access = page.locator('[data-erased] .access').filter({ hasText: 'Read the events' })
      assert.match(await access.first().innerText(), /by this page/)
      await page
        .getByRole('link', { name: /recordings/i })
        .last()
        .click()
      await page.locator(`.list-row[data-id="${id}"]`).waitFor()
      assert.match(await page.locator(`.list-row[data-id="${id}"]`).innerText(), /Erased/)
    },
  )

  test.unless(
    noBrowser,
    'consent is noted while a program records, and a withdrawal asks once before it ends that',
    async () => {
      const { page } = opened
      await page.goto(`${stage.daemon.url}/#/`)
      const { body } = await stage.daemon.api('POST', '/recordings', { media: ['mic'] })
      const panel = page.locator('.consent')
      await panel.getByText('No answer yet.').waitFor()
      await button(page, 'Enter an answer').click()
      await page.getByLabel('How it was said').selectOption('signed')
      await page.getByLabel('Note (optional)').fill('Form 7')
      await button(page, 'Save').click()
      await panel.getByText('The customer agrees').waitFor()
      assert.match(await panel.innerText(), /signed · entered by this page.*Form 7/s)
      await button(page, 'Enter an answer').click()
      await page.getByRole('radio', { name: 'I no longer agree' }).check()
      await button(page, 'Save').click()
      await page.getByText('The recording ends at once, for good.').waitFor()
      await button(page, 'Back').click()
      const state = async () => (await stage.daemon.api('GET', `/recordings/${body.id}`)).body.state
      assert.equal(await state(), 'Active', 'the first press has ended nothing')
      await button(page, 'Save').click()
      await button(page, 'Yes, end it').click()
      const notice = page.locator('.refused-consent-card')
      await notice.waitFor()
      assert.match(await notice.innerText(), /no longer agrees. The recording is over.*is kept/s)
      await untilStatus(page, 'wrapUp')
      assert.equal(await state(), 'WrapUp')
      await panel.getByText('The customer no longer agrees').waitFor()
      await ask('current/close', {})
      await button(page, 'Done').click()
      await notice.waitFor({ state: 'detached' })
      opened.assertClean()
    },
  )
})
