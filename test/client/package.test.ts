import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type Daemon, HOME_TOKEN, startDaemon } from '../http/support/daemon.ts'
import { suite } from '../support/suite.ts'

/** The built package under its own name. The compiler must not need the build. */
const PACKAGE: string = 'f2f-recorder/client'
const MOST_BYTES = 6_000

suite('the package f2f-recorder/client', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  test('can be imported by its name, and works', async () => {
    // Resolved from this source: a compiled test lies outside of the package.
    const file = createRequire(import.meta.url).resolve(PACKAGE)
    const { createClient, UnauthenticatedError } = await import(pathToFileURL(file).href)
    const url = daemon.url
    assert.equal((await createClient({ url, token: HOME_TOKEN }).application()).state, 'Idle')
    await assert.rejects(createClient({ url, token: 'x' }).application(), UnauthenticatedError)
  })

  test('depends on nothing, not even on Node, and is small', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/client/client.ts', import.meta.url))],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: ['chrome120', 'firefox121', 'safari17'],
      minify: true,
      metafile: true,
      write: false,
    })
    const sources = Object.keys(metafile.inputs).filter((path) => !/(^|\/)src\/client\//.test(path))
    assert.deepEqual(sources, [])
    const bytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).byteLength
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes compressed`)
  })
})
