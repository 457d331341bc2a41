import { LocalNetworkBlockedError } from './errors.ts'

/** The names under which browsers know the permission, the newest first. */
const PERMISSIONS = ['loopback-network', 'local-network-access']

/**
 * Whether the browser forbids this page to call programs on this computer (Local Network Access,
 * Chrome 142 and later). False where nobody can know, such as in Node.
 */
export async function isLocalNetworkBlocked(url: string): Promise<boolean> {
  const { location, navigator } = globalThis as {
    location?: { origin: string }
    navigator?: { permissions?: { query(of: { name: string }): Promise<{ state: string }> } }
  }
  if (location === undefined || navigator?.permissions === undefined) return false
  if (new URL(url, location.origin).origin === location.origin) return false
  for (const name of PERMISSIONS) {
    try {
      const { state } = await navigator.permissions.query({ name })
      return state !== 'granted'
    } catch {
      // This browser does not know the name.
    }
  }
  return false
}

/** Creates the error of a page that may not call the recorder. */
export function localNetworkBlocked(cause: unknown): LocalNetworkBlockedError {
  return new LocalNetworkBlockedError(
    'The browser did not let this page call the recorder on this computer. Allow “Apps on device” or “Local network access” for this site in the browser’s site settings, then reload the page. An administrator can allow it for everybody with the policy LocalNetworkAccessAllowedForUrls.',
    { cause },
  )
}
