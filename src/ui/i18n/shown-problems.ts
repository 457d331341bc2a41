import { effect, signal } from '@preact/signals'
import type { ProblemTexts } from './problems/problem-texts.ts'
import { type Language, language } from './texts.ts'

// Loaded after the first view, which has no problems.
const LOADERS: Record<Language, () => Promise<ProblemTexts>> = {
  en: () => import('./problems/en.ts').then(({ en }) => en),
  de: () => import('./problems/de.ts').then(({ de }) => de),
}

/** The problems in the language that is shown; null until they are loaded. */
export const problemTexts = signal<ProblemTexts | null>(null)

/** Loads the problems in the language that is shown, now and whenever it changes. */
export function loadProblemTexts(): void {
  effect(() => {
    const wanted = language.value
    LOADERS[wanted]().then(
      (texts) => {
        if (language.value === wanted) problemTexts.value = texts
      },
      // The recorder's own words stand in for them.
      () => {},
    )
  })
}
