import type { RouterContext } from '@koa/router'
import { RecorderError } from '../contract/errors.ts'
import type { HttpContext } from './context.ts'

type Layer = RouterContext['matched'] extends (infer L)[] | undefined ? L : never

function matchedLayers(ctx: HttpContext): Layer[] {
  return (ctx as Partial<RouterContext>).matched ?? []
}

function withoutParameters(layers: Layer[]): Layer[] {
  return layers.filter((layer) => layer.paramNames.length === 0)
}

function methodNotAllowed(layers: Layer[]): RecorderError {
  const allow = [...new Set(layers.flatMap((layer) => layer.methods))]
  return new RecorderError('METHOD_NOT_ALLOWED', `This route supports only ${allow.join(', ')}.`, {
    members: { allow },
  })
}

/**
 * Returns the error for a request that no route answers: METHOD_NOT_ALLOWED with the methods of its
 * path, or NOT_FOUND.
 */
export function noRoute(ctx: HttpContext): RecorderError {
  const matched = matchedLayers(ctx)
  if (matched.length === 0) return new RecorderError('NOT_FOUND', 'There is no such route.')
  const literal = withoutParameters(matched)
  return methodNotAllowed(literal.length > 0 ? literal : matched)
}

/**
 * Returns the error for a path whose `:id` cannot be one. Another route may have that path with
 * another method, as `search` has.
 */
export function notAnId(ctx: HttpContext): RecorderError {
  const literal = withoutParameters(matchedLayers(ctx))
  return literal.length > 0
    ? methodNotAllowed(literal)
    : new RecorderError(
        'RECORDING_NOT_FOUND',
        'An id has 8 to 64 letters, digits, hyphens and underscores.',
      )
}
