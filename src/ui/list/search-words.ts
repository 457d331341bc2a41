import { TAG_KEY } from '../../contract/tag-key.ts'

/** One tag that a recording must have. */
export interface SearchTag {
  key: string
  value: string
}

/** The words and tags of a search field. */
export interface SearchWords {
  text: string
  tags: SearchTag[]
}

/** A word, or `key=value`, whose value has quotation marks when it has spaces. */
const WORD = /[^\s="]+=(?:"[^"]*"?|\S+)|\S+/g

/** Separates the tags of a search field, written as `key=value`, from its words. */
export function parseWords(field: string): SearchWords {
  const words: string[] = []
  const tags: SearchTag[] = []
  for (const [word] of field.matchAll(WORD)) {
    const tag = parseTag(word)
    if (tag) tags.push(tag)
    else words.push(word)
  }
  return { text: words.join(' '), tags }
}

function parseTag(word: string): SearchTag | null {
  const at = word.indexOf('=')
  if (at < 1) return null
  const key = word.slice(0, at)
  const value = word.slice(at + 1).replace(/^"|"$/g, '')
  return TAG_KEY.test(key) && value !== '' ? { key, value } : null
}

/** Writes a tag so that {@link parseWords} reads it again. */
export function writeTag({ key, value }: SearchTag): string {
  return /\s/.test(value) ? `${key}="${value}"` : `${key}=${value}`
}

/** Returns tags of which each key is there once: the last of each. */
export function uniqueTags(tags: readonly SearchTag[]): SearchTag[] {
  return [...new Map(tags.map((tag) => [tag.key, tag])).values()]
}
