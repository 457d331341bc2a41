/** The views whose styles are loaded with them. */
export type StyledView = 'player' | 'inspector' | 'audit'

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
  return new Promise((resolve, reject) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = styleUrl(view)
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error(`The styles of the ${view} cannot be loaded.`))
    }
    document.head.append(link)
  })
}

/** The build names the files in the page's head. */
function styleUrl(view: StyledView): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="f2f-${view}"]`)?.content ?? ''
}
