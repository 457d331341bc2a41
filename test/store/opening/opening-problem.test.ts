import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecorderError } from '../../../src/contract/errors.ts'
import { storageError } from '../../../src/store/database/database.ts'
import { openingProblem } from '../../../src/store/opening/opening-problem.ts'
import { suite } from '../../support/suite.ts'

const PATHS = {
  folder: '/home/maria/f2f',
  logFolder: '/home/maria/f2f/log',
  witnessFile: '/home/maria/f2f/log.witness',
  recordingsFolder: '/home/maria/f2f/recordings',
}

const problem = (cause: object): string | undefined =>
  openingProblem(storageError('The log cannot be opened', cause), PATHS)

suite('a log that cannot be opened', (test) => {
  test('for want of permission is not called damaged', () => {
    for (const cause of [
      { code: 'EACCES', message: 'EACCES: permission denied, mkdir' },
      { code: 'LEVEL_IO_ERROR', message: 'IO error: /h/log/LOCK: Permission denied' },
      { code: 'LEVEL_DATABASE_NOT_OPEN', cause: { message: '/h/log/LOCK: Permission denied' } },
    ]) {
      assert.match(problem(cause) ?? '', /may not write to the home folder .* Nothing is damaged\./)
      assert.doesNotMatch(problem(cause) ?? '', /backup/)
    }
  })

  test('because its disk is mounted read-only is not called damaged', () => {
    for (const cause of [
      { code: 'EROFS', message: 'EROFS: read-only file system' },
      { message: 'IO error: /h/log/LOCK: Read-only file system' },
    ])
      assert.match(problem(cause) ?? '', /mounted read-only\. Nothing is damaged\./)
  })

  test('because a folder is in the place of its file, or a file in that of its folder, names it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-opening-'))
    try {
      const paths = { ...PATHS, witnessFile: join(folder, 'w'), logFolder: join(folder, 'log') }
      const told = () => openingProblem(new RecorderError('STORAGE_UNAVAILABLE', 'No.'), paths)
      await writeFile(paths.logFolder, '')
      assert.match(told() ?? '', /log is a file, and no folder\. Remove it, and put the folder/)
      await mkdir(paths.witnessFile)
      assert.match(told() ?? '', /w is a folder\. Remove it, and put the file there/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('because another recorder has it open says which one to use', () => {
    assert.match(problem({ code: 'LEVEL_LOCKED' }) ?? '', /^Another recorder runs on/)
  })

  test('because it is damaged names the backup', () => {
    assert.match(problem({ message: 'Corruption: bad block' }) ?? '', /from a backup/)
    assert.equal(openingProblem(new RecorderError('STORAGE_FULL', 'Full.'), PATHS), undefined)
  })
})
