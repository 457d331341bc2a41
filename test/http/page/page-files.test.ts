import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { readPageFiles } from '../../../src/http/page/page-files.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { toProblem } from '../support/expect.ts'
import { INDEX, SCRIPT, writePage } from '../support/page-folder.ts'

interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

suite('the files of the page', (test) => {
  let folder: string
  let daemon: Daemon
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-page-'))
    await writePage(folder)
    daemon = await startDaemon({ pageFiles: readPageFiles(folder) })
  })
  test.after(async () => {
    await daemon.close()
    await rm(folder, { recursive: true })
  })

  /** Sends a request as it is: `fetch` decodes the body and hides its coding. */
  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const sent = request({ port: daemon.port, path, method, headers, agent: false })
      sent.on('error', reject)
      sent.on('response', async (response) => {
        const body = await buffer(response)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
      sent.end()
    })

  test('allow the styles of the page itself by their hash, and no other ones', async () => {
    const policyOf = async (path: string) =>
      String((await ask(path)).headers['content-security-policy'])
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(INDEX) ?? []
    assert.notEqual(style, '')
    const hash = createHash('sha256').update(style).digest('base64')
    assert.ok((await policyOf('/')).includes(`; style-src 'self' 'sha256-${hash}';`))
    assert.ok((await policyOf('/assets/main-A1.js')).includes("; style-src 'self';"))
    assert.ok(!(await policyOf('/')).includes('unsafe'))
  })

  test('need no credential, each with its own type', async () => {
    for (const [path, type, content] of [
      ['/', 'text/html; charset=utf-8', INDEX],
      ['/assets/main-A1.js', 'text/javascript; charset=utf-8', SCRIPT],
      ['/assets/main-A1.css', 'text/css; charset=utf-8', 'body{}'],
      ['/manifest.webmanifest', 'application/manifest+json', '{"name":"Page"}'],
      ['/charts/track-v1.json', 'application/json', '{"machine":"track"}'],
      ['/icons/idle.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ]) {
      const answer = await ask(path as string)
      assert.equal(answer.status, 200, path)
      assert.equal(answer.headers['content-type'], type)
      assert.equal(answer.body.toString(), content)
    }
  })

  test('may load, embed and do nothing beyond the recorder itself', async () => {
    for (const path of ['/', '/assets/main-A1.js', '/manifest.webmanifest', '/icons/idle.svg']) {
      const { headers } = await ask(path)
      const policy = String(headers['content-security-policy']).split('; ')
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types f2f 'allow-duplicates'",
      ])
        assert.ok(policy.includes(rule), `${path}: ${rule}`)
      assert.doesNotMatch(policy.join(), /unsafe|https?:|\*/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(
        headers['permissions-policy'],
        'camera=(), microphone=(), geolocation=(), display-capture=()',
      )
      assert.ok(headers['x-request-id'])
    }
  })

  test('are kept by browsers for ever where the name tells the content, and asked for otherwise', async () => {
    const immutable = 'public, max-age=31536000, immutable'
    assert.equal((await ask('/assets/main-A1.js')).headers['cache-control'], immutable)
    for (const path of ['/', '/manifest.webmanifest', '/charts/track-v1.json', '/icons/idle.svg']) {
      const { headers } = await ask(path)
      assert.equal(headers['cache-control'], 'no-cache')
      for (const match of [String(headers.etag), `W/${headers.etag}`, `"x", ${headers.etag}`]) {
        const again = await ask(path, { 'if-none-match': match })
        assert.deepEqual([again.status, again.body.length], [304, 0])
        assert.equal(again.headers.etag, headers.etag)
      }
      assert.equal((await ask(path, { 'if-none-match': '"x"' })).status, 200)
    }
  })

  test('come in the best coding that the browser accepts and the build has made', async () => {
    const script = (accepted: string) => ask('/assets/main-A1.js', { 'accept-encoding': accepted })
    const decoders = { br: brotliDecompressSync, gzip: gunzipSync }
    const tags = new Set<unknown>()
    for (const [accepted, coding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip, deflate', 'gzip'],
      ['br;q=0, GZIP;q=0.5', 'gzip'],
      ['identity', undefined],
      ['deflate', undefined],
    ] as const) {
      const { headers, body } = await script(accepted)
      assert.equal(headers['content-encoding'], coding, accepted)
      const plain = coding === undefined ? body : decoders[coding](body)
      assert.equal(plain.toString(), SCRIPT)
      assert.equal(headers['content-length'], String(body.length))
      assert.equal(headers.vary?.includes('Accept-Encoding'), true)
      tags.add(headers.etag)
    }
    assert.equal(tags.size, 3, 'each coding has its own ETag')
    const page = await ask('/', { 'accept-encoding': 'br, gzip' })
    assert.equal(page.headers['content-encoding'], 'gzip', 'there is no other copy')
  })

  test('answer HEAD like GET, and no other method', async () => {
    for (const path of ['/', '/assets/main-A1.js', '/icons/idle.svg']) {
      const [get, head] = [await ask(path), await ask(path, {}, 'HEAD')]
      assert.deepEqual([head.status, head.body.length], [200, 0])
      assert.equal(head.headers['content-length'], String(get.body.length))
      assert.equal(head.headers.etag, get.headers.etag)
      const post = await ask(path, {}, 'POST')
      assert.equal(post.status, 405, path)
      assert.equal(post.headers.allow?.split(', ').sort().join(), 'GET,HEAD')
    }
  })

  test('are only those that the build has made for browsers, as they were at the start', async () => {
    await writeFile(join(folder, 'assets', 'late.js'), 'late')
    for (const path of [
      '/assets/main-A1.js.map',
      '/assets/main-A1.js.br',
      '/assets/late.js',
      '/assets/nothing.js',
      '/assets/',
      '/icons/private/key.svg',
      '/assets/..%2Findex.html',
      '/secret.json',
      '/index.html',
    ]) {
      assert.equal((await ask(path)).status, 401, path)
      await toProblem(await daemon.call(path), 'NOT_FOUND')
    }
    await rm(join(folder, 'assets', 'main-A1.css'))
    assert.equal((await ask('/assets/main-A1.css')).status, 200)
  })

  test('are refused to a page of another host or origin', async () => {
    for (const path of ['/', '/assets/main-A1.js']) {
      assert.equal((await ask(path, { host: 'evil.example' })).status, 403)
      assert.equal((await ask(path, { origin: 'https://evil.example' })).status, 403)
    }
  })

  test('are missing from a recorder whose page is not built, which says so', async () => {
    assert.equal(readPageFiles(join(folder, 'assets')).size, 0)
    assert.equal(readPageFiles(join(folder, 'nowhere')).size, 0)
    const other = await startDaemon()
    try {
      const answer = await other.call('/', { token: null })
      assert.equal(answer.status, 200)
      assert.match(await answer.text(), /page is not built/)
      await toProblem(await other.call('/manifest.webmanifest'), 'NOT_FOUND')
    } finally {
      await other.close()
    }
  })
})
