import { ConnectionError, LocalNetworkBlockedError } from './errors.ts'

/** The names under which browsers know the permission, the newest first. */
const PERMISSIONS = ['loopback-network', 'local-network-access']

/** The parts of a browser that tell whether a page may call programs on this computer. */
interface BrowserParts {
  location?: { origin: string; hostname: string }
  navigator?: { permissions?: { query(of: { name: string }): Promise<{ state: string }> } }
}

/**
 * Creates the error of a request that got no answer. In a browser the reason may be that this page
 * may not call programs on this computer (Local Network Access, Chrome 142 and later). The failed
 * request does not say so, but the state of the permission does.
 */
export async function unansweredError(url: string, cause: unknown): Promise<ConnectionError> {
  const state = await permissionState(url)
  if (state === 'denied')
    return new LocalNetworkBlockedError(
      'The browser does not let this page call the recorder on this computer. Allow “Apps on device” or “Local network access” for this site in the browser’s site settings, then reload the page. An administrator can allow it for everybody with the policy LoopbackNetworkAllowedForUrls.',
      { cause },
    )
  if (state === 'prompt')
    return new ConnectionError(
      'The recorder does not answer, or the browser’s question whether this site may call it was not answered.',
      { cause },
    )
  return new ConnectionError('The recorder does not answer.', { cause })
}

/** Returns the permission's state; undefined where there is none, or none is needed. */
async function permissionState(url: string): Promise<string | undefined> {
  const { location, navigator } = globalThis as BrowserParts
  if (location === undefined || navigator?.permissions === undefined) return undefined
  // A page that comes from this computer itself needs no permission.
  const isLocal = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname)
  if (isLocal || new URL(url, location.origin).origin === location.origin) return undefined
  for (const name of PERMISSIONS) {
    try {
      return (await navigator.permissions.query({ name })).state
    } catch {
      // This browser does not know the name.
    }
  }
  return undefined
}
