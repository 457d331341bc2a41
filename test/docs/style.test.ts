import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suite } from '../support/suite.ts'
import { ROOT, readPage } from './support/markdown.ts'

const MAX_COLUMNS = 100
const MAX_LINES = 300

/** The paths of all source files below these folders, from the project's folder. */
function sourceFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(fileURLToPath(new URL(`${folder}/`, ROOT)), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .sort(),
  )
}

const COMMENT = /^\s*(?:\/\*|\*(?:\s|$)|\/\/)|\s\/\/ |\/\*\*? .*\*\/$/
/** A comment of a single word cannot be wrapped. */
const ONE_WORD = /^\s*(?:\/\*\*?|\*|\/\/)\s*\S+(?:\s*\*\/)?$/

/** The line numbers of comments that are too wide and could be wrapped. */
function wideComments(text: string): number[] {
  return text.split('\n').flatMap((line, i) => {
    const isWide = [...line].length > MAX_COLUMNS && COMMENT.test(line)
    const isExempt = /biome-ignore|[a-z]:\/\//.test(line) || ONE_WORD.test(line)
    return isWide && !isExempt ? [i + 1] : []
  })
}

/** The line numbers of doc comments whose first word is `What` or `Of`. */
function roundaboutComments(text: string): number[] {
  return [...text.matchAll(/\/\*\*[\s*]*(?:What|Of)\s/g)].map(
    ({ index }) => text.slice(0, index).split('\n').length,
  )
}

/** Every `path:line` at which a check finds something. */
function offenders(check: (text: string) => number[]): string[] {
  return sourceFiles('src', 'test', 'lab', 'bench', 'scripts', 'test-long').flatMap((path) =>
    check(readPage(path)).map((line) => `${path}:${line}`),
  )
}

suite('style of the sources', (test) => {
  test(`comments wrap at ${MAX_COLUMNS} columns`, () => {
    assert.deepEqual(offenders(wideComments), [])
  })

  test('a doc comment starts with what the thing does or is, not with “What” or “Of”', () => {
    assert.deepEqual(offenders(roundaboutComments), [])
  })

  test(`no source file has more than ${MAX_LINES} lines`, () => {
    // A language is one file, however many texts there are.
    const long = sourceFiles('src').filter(
      (path) =>
        !path.startsWith('src/ui/i18n/') && readPage(path).trimEnd().split('\n').length > MAX_LINES,
    )
    assert.deepEqual(long, [])
  })

  test('the checks find what they look for', () => {
    const wide = `const x = 1 // ${'word '.repeat(30)}`
    assert.deepEqual(wideComments(`/** short */\n${wide}\n * https://a.example/${wide}`), [2])
    const open = '/*'.concat('*')
    assert.deepEqual(
      roundaboutComments(`x\n${open} What it is. */\n${open}\n * Of a track. */\n`),
      [2, 3],
    )
    assert.deepEqual(roundaboutComments('/** Whatever it is. Of it. */'), [])
  })
})
