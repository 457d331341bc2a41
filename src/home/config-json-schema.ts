import * as z from 'zod'
import { CONFIG_SCHEMA } from './config-schema.ts'
import { SETTING_TEXTS } from './config-setting.ts'

/** Returns the JSON Schema of config.json, with which editors complete keys and show mistakes. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(CONFIG_SCHEMA, {
    // What only the recorder itself can check is a text here.
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const text = SETTING_TEXTS.get(zodSchema)
      if (text === undefined) return
      const fallback = /^(?:–|must be there)$/.test(text.default)
        ? ''
        : ` Default: ${text.default}.`
      jsonSchema.description = `${sentence(plain(text.meaning))}${plain(fallback)}`
    },
  })
  return JSON.parse(JSON.stringify({ title: 'config.json of the recorder', ...schema }))
}

/** Returns a text of a table without its marks. */
function plain(text: string): string {
  return text.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}
