/** Measures and shortens text as a terminal shows it. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: `styleFor` has inserted these colours.
const COLOUR = /\u001b\[\d+m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: The same, and any other character.
const COLOUR_OR_CHARACTER = /(\u001b\[\d+m)|./gsu
const WIDE =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u
const NO_WIDTH = /[\p{Mn}\p{Me}\u200b-\u200d]/u

/** Returns how many columns of a terminal a text takes. Colours take none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text.replace(COLOUR, '')) width += characterWidth(character)
  return width
}

/** Shortens a text to `limit` columns, with an ellipsis in place of its end. Keeps its colours. */
export function shorten(text: string, limit: number): string {
  if (displayWidth(text) <= limit) return text
  let room = limit - 1
  let isCut = false
  return text.replace(COLOUR_OR_CHARACTER, (character, colour) => {
    if (colour !== undefined) return colour
    if (isCut) return ''
    room -= characterWidth(character)
    isCut = room < 0
    return isCut ? '…' : character
  })
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
