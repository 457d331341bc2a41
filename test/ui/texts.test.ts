import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { READINESS_CHECKS } from '../../src/contract/views.ts'
import { de as auditDe } from '../../src/ui/audit/texts/de.ts'
import { en as auditEn } from '../../src/ui/audit/texts/en.ts'
import { de as pageDe } from '../../src/ui/i18n/de.ts'
import { en as pageEn } from '../../src/ui/i18n/en.ts'
import { de as problemsDe } from '../../src/ui/i18n/problems/de.ts'
import { en as problemsEn } from '../../src/ui/i18n/problems/en.ts'
import { readinessDe } from '../../src/ui/i18n/readiness-de.ts'
import { de as inspectorDe } from '../../src/ui/inspector/texts/de.ts'
import { en as inspectorEn } from '../../src/ui/inspector/texts/en.ts'
import { de as playerDe } from '../../src/ui/player/texts/de.ts'
import { en as playerEn } from '../../src/ui/player/texts/en.ts'
import { de as settingsDe } from '../../src/ui/settings/texts/de.ts'
import { en as settingsEn } from '../../src/ui/settings/texts/en.ts'
import { suite } from '../support/suite.ts'

/** The page's texts, and those that views load with them. */
const en = { ...pageEn, ...playerEn, ...inspectorEn, ...settingsEn, ...auditEn }
const de = { ...pageDe, ...playerDe, ...inspectorDe, ...settingsDe, ...auditDe }
const UI = fileURLToPath(new URL('../../src/ui/', import.meta.url))
/** Beginnings of keys that the page puts together, e.g. from a state or a code. */
const COMPOSED = /`([a-zA-Z.]+)\$\{/g

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

suite('texts of the page', (test) => {
  const sources = readdirSync(UI, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/^i18n|\btexts.(?:en|de)\.ts/.test(name))
    .map((name) => readFileSync(`${UI}${name}`, 'utf8'))
    .join('\n')

  test('both languages have the same texts, with the same values to fill in', () => {
    assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort())
    for (const [key, text] of Object.entries(en))
      assert.deepEqual(placeholders(de[key as keyof typeof de]), placeholders(text), key)
  })

  test('no text is empty, and the German ones are translated', () => {
    assert.deepEqual(
      Object.entries({ ...en, ...de }).filter(([, text]) => text.trim() === ''),
      [],
    )
    const long = Object.entries(en).filter(([, text]) => text.split(' ').length > 3)
    assert.deepEqual(
      long.filter(([key, text]) => de[key as keyof typeof de] === text).map(([key]) => key),
      [],
    )
  })

  test('both languages have a title and a remedy for every problem, without technical words', () => {
    for (const texts of [problemsEn, problemsDe])
      for (const [code, [title, remedy]] of Object.entries(texts)) {
        assert.ok(title.length > 5 && remedy.length > 5, code)
        assert.doesNotMatch(`${title} ${remedy}`, /GET|POST|header|JSON|`/i, code)
      }
    const same = Object.entries(problemsEn).filter(
      ([code, [title]]) => problemsDe[code as keyof typeof problemsDe][0] === title,
    )
    assert.deepEqual(same, [])
  })

  test('every finding of the readiness check has German words', () => {
    assert.deepEqual(Object.keys(readinessDe).sort(), [...READINESS_CHECKS].sort())
    for (const [id, results] of Object.entries(readinessDe))
      for (const [title, remedy] of Object.values(results))
        assert.ok(title.endsWith('.') && remedy.endsWith('.'), id)
  })

  test('every text is used', () => {
    const composed = [...sources.matchAll(COMPOSED)].map(([, beginning]) => beginning as string)
    const unused = Object.keys(en).filter(
      (key) =>
        !new RegExp(`['"]${key.replaceAll('.', '\\.')}['"]`).test(sources) &&
        !composed.some((beginning) => key.startsWith(beginning)),
    )
    assert.deepEqual(unused, [])
  })
})
