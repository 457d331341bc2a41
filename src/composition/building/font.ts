/** A built-in font: not every ffmpeg can draw text, and not every computer has fonts. */

/** Width and height of a character in dots, without the space after it. */
export const CHARACTER = { width: 5, height: 7 }

/** Five columns a character, two hex digits each, the lowest bit on top. */
const COLUMNS: Record<string, string> = {
  '0': '3E5149453E',
  '1': '00427F4000',
  '2': '4261514946',
  '3': '2141454B31',
  '4': '1814127F10',
  '5': '2745454539',
  '6': '3C4A494930',
  '7': '0171090503',
  '8': '3649494936',
  '9': '464949291E',
  A: '7E1111117E',
  B: '7F49494936',
  C: '3E41414122',
  D: '7F4141413E',
  E: '7F49494941',
  F: '7F09090901',
  G: '3E4149497A',
  H: '7F0808087F',
  I: '00417F4100',
  J: '2040413F01',
  K: '7F08142241',
  L: '7F40404040',
  M: '7F020C027F',
  N: '7F0408107F',
  O: '3E4141413E',
  P: '7F09090906',
  Q: '3E4151215E',
  R: '7F09192946',
  S: '4649494931',
  T: '01017F0101',
  U: '3F4040403F',
  V: '1F2040201F',
  W: '3F4038403F',
  X: '6314081463',
  Y: '0708700807',
  Z: '6151494543',
  '-': '0808080808',
  '+': '08083E0808',
  ':': '0036360000',
}

/** Returns whether a dot of a character is set. Characters missing from the font are blank. */
export function hasDot(character: string, column: number, row: number): boolean {
  const bits = COLUMNS[character]
  if (bits === undefined) return false
  return ((Number.parseInt(bits.slice(2 * column, 2 * column + 2), 16) >> row) & 1) === 1
}
