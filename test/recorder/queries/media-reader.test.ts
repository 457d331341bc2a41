import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { SealedFileError } from '../../../src/age/sealed-file-error.ts'
import { encryptAge } from '../../../src/age/sealer.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { RecordingView } from '../../../src/contract/views.ts'
import { MemoryKeyRing } from '../../../src/custody/memory-key-ring.ts'
import { MediaReader } from '../../../src/recorder/queries/media-reader.ts'
import { segmentOf } from '../../composition/support/recordings.ts'
import { suite } from '../../support/suite.ts'

const ID = 'recording-1'
const MEDIA = Buffer.from('what somebody said')
const SEALED = segmentOf('mic', 1, 0, 1_000)
/** As version 0.1 stored it. */
const UNSEALED = { ...segmentOf('mic', 2, 1_000, 2_000), file: 'mic-000002.ogg' }

suite('the media of a recording', (test) => {
  let folder: string
  let keys: MemoryKeyRing
  let erased: Pick<RecordingView, 'erased'>['erased']
  let reader: MediaReader

  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-media-'))
    erased = null
    keys = new MemoryKeyRing()
    const { identity } = await keys.create(ID)
    await mkdir(join(folder, ID))
    await writeFile(join(folder, ID, SEALED.file), encryptAge(MEDIA, [identity.recipient]))
    await writeFile(join(folder, ID, UNSEALED.file), MEDIA)
    const log = { recording: async () => ({ erased }) as RecordingView }
    reader = new MediaReader({ log, keys, recordingsFolder: folder })
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  async function read(segment = SEALED): Promise<string> {
    const media = await reader.openMedia(ID, segment)
    try {
      return String(await buffer(media.stream()))
    } finally {
      await media.close()
    }
  }

  const isError = (code: string) => (error: unknown) =>
    error instanceof RecorderError && error.code === code

  test('are opened with its key; those that 0.1 stored unsealed without one', async () => {
    assert.equal(await read(), String(MEDIA))
    await keys.destroy(ID)
    assert.equal(await read(UNSEALED), String(MEDIA))
    await assert.rejects(read(), isError('KEY_UNAVAILABLE'))
    keys.problem = new RecorderError('KEY_UNAVAILABLE', 'The key store is locked.')
    await assert.rejects(read(), isError('KEY_UNAVAILABLE'))
    assert.equal(await read(UNSEALED), String(MEDIA))
  })

  test('are not opened when it is erased, whatever is left of it', async () => {
    const by = { side: 'api', client: 'home', user: 'tester' } as const
    erased = { at: SEALED.startedAt, by, cause: 'request', reason: 'Asked for.' }
    for (const segment of [SEALED, UNSEALED]) await assert.rejects(read(segment), isError('ERASED'))
    await assert.rejects(reader.compositionIdentity(ID), isError('ERASED'))
  })

  test('are missing or damaged when their file is', async () => {
    await truncate(join(folder, ID, SEALED.file), 220)
    await assert.rejects(read(), SealedFileError)
    await rm(join(folder, ID, SEALED.file))
    await assert.rejects(read(), isError('NOT_FOUND'))
  })

  test('are composed under its key, without one under a key of the home that stays the same', async () => {
    const own = await reader.compositionIdentity(ID)
    assert.deepEqual(own, keys.keysOf(ID)?.identity)
    await keys.destroy(ID)
    const derived = await reader.compositionIdentity(ID)
    assert.notDeepEqual(derived, own)
    assert.deepEqual(await reader.compositionIdentity(ID), derived)
    assert.notDeepEqual(await reader.compositionIdentity('recording-2'), derived)
  })
})
