import { BoundedMap } from '../../collections/bounded-map.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'

/** More than this of one recording is not searched. */
const MOST_CHARACTERS = 16_000
/** Words of recordings that are kept: about 40 MB. */
const MOST_KEPT = 200_000

/** Splits a text into words: letters and digits of any language, in one form and in lower case. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/**
 * The words of the current tags of recordings. They are on disk only as sealed values, so a search
 * opens those of every recording once, and keeps them in memory.
 */
export class SearchWords {
  readonly #kept = new BoundedMap<string, string>(MOST_KEPT)

  /** Whether the words of a closed recording are kept. */
  has(id: string): boolean {
    return this.#kept.has(id)
  }

  /** Keeps the words of a closed recording, by its opened tags. */
  keep(id: string, tags: readonly TagEntry[]): void {
    this.#kept.set(id, wordsOfTags(tags))
  }

  /** Forgets the words of a recording. */
  forget(id: string): void {
    this.#kept.delete(id)
  }

  /** Whether kept words begin with all words of a text. True when they are not kept. */
  mayMatch(id: string, text: string): boolean {
    const words = this.#kept.get(id)
    return words === undefined || hasWords(words, text)
  }
}

/** Whether the tags of an opened view have words that begin with those of a text. */
export function matchesText(view: RecordingView, text: string): boolean {
  return hasWords(wordsOfTags(view.tags), text)
}

function hasWords(words: string, text: string): boolean {
  return wordsOf(text).every((word) => words.includes(` ${word}`))
}

/** Whether the words of a tag are searched: it is not one of the recorder itself. */
export const isSearched = ({ key }: TagEntry): boolean => !key.startsWith('system.')

/** Each word after a space. */
function wordsOfTags(tags: readonly TagEntry[]): string {
  const words = new Set<string>()
  let length = 0
  for (const { value } of tags.filter(isSearched)) {
    for (const word of wordsOf(String(value).slice(0, MOST_CHARACTERS - length))) words.add(word)
    length += String(value).length
    if (length >= MOST_CHARACTERS) break
  }
  return [...words].map((word) => ` ${word}`).join('')
}
