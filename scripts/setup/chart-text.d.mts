import type { ChartNode } from '../../src/contract/chart.ts'

export function nodeLines(node: Pick<ChartNode, 'invoke' | 'permits'>): string[]
