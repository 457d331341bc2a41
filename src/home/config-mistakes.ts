import * as z from 'zod'
import type { Config } from '../contract/configuration.ts'
import { didYouMean } from '../contract/did-you-mean.ts'
import { CONFIG_SCHEMA } from './config-schema.ts'
import { SETTING_TEXTS } from './config-setting.ts'
import { ConfigText } from './config-text.ts'

/** A mistake in config.json: its place, what is wrong, and what to do, in whole sentences. */
export interface ConfigMistake {
  /** The setting, e.g. `retention.rules[0].keepDays`; empty when the text is not valid JSON. */
  key: string
  /** Counts from 1, like `column`. */
  line: number
  column: number
  detail: string
  remedy: string
}

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue
/** A mistake at an offset in the text. */
type Found = Pick<ConfigMistake, 'key' | 'detail' | 'remedy'> & { offset: number }

/** Reads the text of config.json. Returns the settings, or every mistake, as they stand there. */
export function parseConfig(text: string): { config: Config } | { mistakes: ConfigMistake[] } {
  const source = new ConfigText(text)
  const found = source.faults.length > 0 ? jsonFaults(source) : schemaMistakes(source)
  if (found.length === 0) return { config: source.value as Config }
  const unique = new Map(found.map((mistake) => [`${mistake.offset} ${mistake.detail}`, mistake]))
  const mistakes = [...unique.values()]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, key, detail, remedy }) => ({
      key,
      ...source.placeOf(offset),
      detail,
      remedy,
    }))
  return { mistakes }
}

function jsonFaults({ faults }: ConfigText): Found[] {
  return faults.map(({ offset, remedy }) => ({
    key: '',
    offset,
    detail: 'The text is not valid JSON.',
    remedy,
  }))
}

function schemaMistakes(source: ConfigText): Found[] {
  const repeated = source.repeated.map(({ path, offset }) => ({
    key: keyOf(path),
    offset,
    detail: `"${keyOf(path)}" stands twice.`,
    remedy: 'Remove one of the two.',
  }))
  const { error } = CONFIG_SCHEMA.safeParse(source.value)
  const issues = (error?.issues ?? []).flatMap((issue) => innermost(issue, []))
  return [...repeated, ...issues.flatMap(({ issue, path }) => mistakesOf(issue, path, source))]
}

/** Finds the mistakes in the form that was meant, where a setting has several forms. */
function innermost(issue: Issue, parent: Path): { issue: Issue; path: Path }[] {
  const path = [...parent, ...issue.path]
  if (issue.code !== 'invalid_union') return [{ issue, path }]
  const meant = issue.errors.find(
    (issues) => issues.length > 0 && issues.every((inner) => !isOtherForm(inner)),
  )
  return meant?.flatMap((inner) => innermost(inner, path)) ?? [{ issue, path }]
}

function isOtherForm({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

function mistakesOf(issue: Issue, path: Path, source: ConfigText): Found[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownKey(name, path, source))
  const key = keyOf(path)
  const offset = source.offsetOf(path)
  if (offset === undefined) {
    const remedy = `Add it: it ${issue.message}.`
    const parent = source.offsetOf(path.slice(0, -1)) ?? 0
    return [{ key, offset: parent, detail: `"${key}" is missing.`, remedy }]
  }
  if (path.length === 0)
    return [{ key, offset, detail: `The file ${issue.message}.`, remedy: 'Begin it with {.' }]
  return [{ key, offset, detail: `"${key}" ${issue.message}.`, remedy: remedyFor(path) }]
}

function unknownKey(name: string, path: Path, source: ConfigText): Found {
  const key = keyOf([...path, name])
  const known = Object.keys(shapeOf(schemaAt(path)) ?? {})
  const meant = didYouMean(name, known)
  return {
    key,
    offset: source.offsetOfName(path, name) ?? 0,
    detail: `"${key}" is not a known key.`,
    remedy:
      meant === undefined
        ? `Remove it. Known here: ${known.join(', ')}.`
        : `Did you mean "${meant}"?`,
  }
}

/** Names the default of the nearest setting that has one. */
function remedyFor(path: Path): string {
  for (let end = path.length; end > 0; end--) {
    const part = path.slice(0, end)
    const schema = schemaAt(part)
    const text = schema && SETTING_TEXTS.get(schema)
    if (text === undefined) continue
    const fallback = text.default.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const name = end === path.length ? 'it' : `"${keyOf(part)}"`
    if (text.default.includes('must be there')) return 'Correct it.'
    if (fallback === '–') return `Correct it, or remove ${name}.`
    return `Correct it, or remove ${name}: the default is ${fallback}.`
  }
  return 'Correct it.'
}

function keyOf(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : `${text}${text && '.'}${String(step)}`,
    '',
  )
}

function schemaAt(path: Path): z.ZodType | undefined {
  let schema: z.ZodType | undefined = CONFIG_SCHEMA
  for (const step of path)
    schema =
      typeof step === 'number'
        ? elementOf(schema)
        : (shapeOf(schema)?.[String(step)] as z.ZodType | undefined)
  return schema
}

function elementOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  const list = withoutOptional(schema)
  return list instanceof z.ZodArray ? (list.element as z.ZodType) : undefined
}

function shapeOf(schema: z.ZodType | undefined): Record<string, unknown> | undefined {
  const form = withoutOptional(schema)
  if (form instanceof z.ZodObject) return form.shape
  if (!(form instanceof z.ZodUnion)) return undefined
  const object = form.options.find((option) => option instanceof z.ZodObject)
  return object?.shape
}

function withoutOptional(schema: z.ZodType | undefined): z.ZodType | undefined {
  return schema instanceof z.ZodExactOptional ? (schema.unwrap() as z.ZodType) : schema
}
