import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { findAppBrowser } from '../../../src/cli/browser/app-browser.ts'
import { suite } from '../../support/suite.ts'
import { f2f, type Stub, startStub } from '../support/stub.ts'

suite('the page as a window of its own', (test) => {
  let stub: Stub
  test.beforeEach(async () => {
    stub = await startStub({
      'POST /v1/ui/launch': {
        body: { url: 'http://127.0.0.1:1/ui/launch/abc', expiresAt: '2026-01-31T09:00:00.000Z' },
      },
    })
  })
  test.afterEach(() => stub.close())

  test('ui --app opens a small window of its own, in the first browser that can', async () => {
    const [bin, seen] = [join(stub.home.folder, 'bin'), join(stub.home.folder, 'seen')]
    await mkdir(bin)
    const script = `#!/bin/sh\nprintf '%s\\n' "$0" "$@" > '${seen}'\n`
    for (const name of ['microsoft-edge', 'google-chrome'])
      await writeFile(join(bin, name), script, { mode: 0o755 })
    await writeFile(join(bin, 'chromium'), 'no program')
    const ran = await f2f(['ui', '--app'], { home: stub.home, env: { PATH: bin, DISPLAY: ':0' } })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /opening as a window of its own/)
    assert.deepEqual((await readFile(seen, 'utf8')).trim().split('\n'), [
      join(bin, 'google-chrome'),
      '--app=http://127.0.0.1:1/ui/launch/abc',
      '--window-size=420,720',
    ])
  })

  test('ui --app says what is missing, and asks for no URL then', async () => {
    const env = { PATH: stub.home.folder, DISPLAY: ':0' }
    const ran = await f2f(['ui', '--app'], { home: stub.home, env })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /No browser that can show a window of its own was found\./)
    assert.match(ran.stderr, /Chromium, Chrome, Edge and Brave/)
    assert.match(ran.stderr, /f2f ui/)
    assert.deepEqual(stub.requests, [])
    assert.equal((await f2f(['ui', '--app', '--print-url'], { home: stub.home })).code, 2)
  })

  test('ui --app prints the URL without a desktop', async () => {
    const bin = join(stub.home.folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'chromium'), '#!/bin/sh\n', { mode: 0o755 })
    const ran = await f2f(['ui', '--app'], { home: stub.home, env: { PATH: bin } })
    assert.equal(ran.stdout, 'http://127.0.0.1:1/ui/launch/abc\n')
    assert.match(ran.stderr, /open this URL within 60 seconds\./)
  })

  test('is looked for in the usual folders of other systems', async () => {
    const folder = join(stub.home.folder, 'Program Files')
    const path = join(folder, 'Microsoft', 'Edge', 'Application')
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'msedge.exe'), '', { mode: 0o755 })
    const env = { PATH: '', PROGRAMFILES: `${folder}${sep}none`, 'PROGRAMFILES(X86)': folder }
    assert.equal(await findAppBrowser(env, 'win32'), join(path, 'msedge.exe'))
    assert.equal(await findAppBrowser({ PATH: '' }, 'linux'), null)
  })
})
