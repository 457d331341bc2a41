/** The views with a style sheet of their own, which is loaded with them. */
export type StyledView = 'list' | 'player' | 'inspector' | 'audit' | 'settings'

/**
 * Loads the styles of views, in this order, before they are shown. Those that are there already are
 * not loaded again. Rejects when the recorder has no such file any more.
 */
export async function loadStyles(...views: StyledView[]): Promise<void> {
  await Promise.all(views.map(loadStyle))
}

const loading = new Map<StyledView, Promise<void>>()

function loadStyle(view: StyledView): Promise<void> {
  let loaded = loading.get(view)
  if (loaded === undefined) {
    loaded = addStyle(view)
    loading.set(view, loaded)
    loaded.catch(() => loading.delete(view))
  }
  return loaded
}

function addStyle(view: StyledView): Promise<void> {
  const [style = ''] = filesOf(view)
  return new Promise((resolve, reject) => {
    const link = addLink('stylesheet', style)
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error(`The styles of the ${view} cannot be loaded.`))
    }
  })
}

const preloaded = new Set<StyledView>()

/**
 * Begins to load all scripts of a view at once, the first time. Otherwise the browser would learn
 * of most of them only when it has read the view's own script.
 */
export function preloadScripts(view: StyledView): void {
  if (preloaded.has(view)) return
  preloaded.add(view)
  const [, ...scripts] = filesOf(view)
  for (const script of scripts) addLink('modulepreload', script)
}

function addLink(rel: 'stylesheet' | 'modulepreload', href: string): HTMLLinkElement {
  const link = document.createElement('link')
  link.rel = rel
  link.href = href
  document.head.append(link)
  return link
}

/** The build names the files in the page's head: the style, then the scripts. */
function filesOf(view: StyledView): string[] {
  const meta = document.querySelector<HTMLMetaElement>(`meta[name="f2f-${view}"]`)
  return meta?.content.split(' ') ?? []
}
