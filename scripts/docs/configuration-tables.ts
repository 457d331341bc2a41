/** Makes the tables of docs/configuration.md from the schema of config.json. */
import * as z from 'zod'
import { QUALITY_PRESETS, QUALITY_RANGES, type Quality } from '../../src/contract/quality.ts'
import { WITNESS } from '../../src/home/config-audit.ts'
import { RETENTION_RULE } from '../../src/home/config-custody.ts'
import { QUALITY_VALUES } from '../../src/home/config-quality.ts'
import { CONFIG_SCHEMA } from '../../src/home/config-schema.ts'
import { SETTING_TEXTS } from '../../src/home/config-setting.ts'

const TABLE =
  /(<!-- table: ([^ ]+), written by `npm run config-docs` -->\n).*?(<!-- end of table -->)/gs

/** Returns a page with each of its marked tables written anew. */
export function writeTables(page: string): string {
  return page.replace(
    TABLE,
    (_, begin: string, name: string, end: string) => `${begin}${tableOf(name)}\n${end}`,
  )
}

/** Returns the names of the tables that a page has. */
export function tablesOf(page: string): string[] {
  return [...page.matchAll(TABLE)].map((match) => match[2] as string)
}

/** Returns the names of all tables that the schema has. */
export function allTables(): string[] {
  const groups = Object.entries(CONFIG_SCHEMA.shape).filter(([, schema]) => shapeOf(schema))
  return [
    'config.json',
    'quality',
    'retention.rules',
    'audit.witnesses',
    ...groups.map(([name]) => name),
  ]
}

function tableOf(name: string): string {
  if (name === 'quality') return qualityTable()
  if (name === 'config.json') return table('key', CONFIG_SCHEMA.shape)
  if (name === 'retention.rules') return table('key of a rule', RETENTION_RULE.shape)
  if (name === 'audit.witnesses') return table('key of a witness', WITNESS.shape)
  const group = shapeOf((CONFIG_SCHEMA.shape as Record<string, z.ZodType>)[name])
  if (group === undefined) throw new Error(`config.json has no group ${name}`)
  return table(`key of \`${name}\``, group)
}

function shapeOf(schema: z.ZodType | undefined): z.ZodRawShape | undefined {
  const inner = schema instanceof z.ZodExactOptional ? schema.unwrap() : schema
  return inner instanceof z.ZodObject ? inner.shape : undefined
}

function table(first: string, shape: z.ZodRawShape): string {
  const rows = Object.entries(shape).map(([key, schema]) => {
    const text = SETTING_TEXTS.get(schema as z.ZodType)
    if (text === undefined) throw new Error(`${key} has no description`)
    return [`\`${key}\``, text.value, text.default, text.meaning]
  })
  return lines([first, 'value', 'default', 'meaning'], rows)
}

function qualityTable(): string {
  const presets = Object.values(QUALITY_PRESETS)
  const rows = (Object.keys(QUALITY_RANGES) as (keyof Quality)[]).map((key) => [
    `\`${key}\``,
    ...QUALITY_RANGES[key],
    ...presets.map((preset) => preset[key]),
    SETTING_TEXTS.get(QUALITY_VALUES.shape[key])?.meaning ?? '',
  ])
  const names = Object.keys(QUALITY_PRESETS).map((name) => `\`${name}\``)
  return lines(['key', 'least', 'most', ...names, 'meaning'], rows)
}

function lines(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
