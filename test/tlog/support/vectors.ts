import { readFileSync } from 'node:fs'

/** Results of golang.org/x/mod/sumdb: see `about` in the file, and the Go program beside it. */
export interface GoVectors {
  roots: string[]
  inclusionDigests: string[]
  consistencyDigests: string[]
  /** The proofs of leaf `a` in the tree of `b` leaves. */
  inclusion: { a: number; b: number; hashes: string[] }[]
  /** From the tree of `a` leaves to the one of `b` leaves. */
  consistency: { a: number; b: number; hashes: string[] }[]
  large: {
    size: number
    root: string
    index: number
    inclusion: string[]
    from: number
    fromRoot: string
    consistency: string[]
  }
  keys: { name: string; secret: string; vkey: string }[]
  signed: { text: string; keys: number; note: string }[]
  notes: { name: string; base64: string; opens: boolean }[]
}

/** Reads the vectors. */
export function goVectors(): GoVectors {
  return JSON.parse(readFileSync(new URL('../vectors/go-sumdb.json', import.meta.url), 'utf8'))
}
