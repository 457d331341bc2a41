/**
 * Returns the states and transitions of a machine's chart, without places. Transitions between the
 * same two states with the same guard are one edge. A transition without a target belongs to its
 * state: `commands` tells what a state permits from the facts that do not move it.
 */
export function chartContent(definition, commands) {
  const nodes = []
  const initials = []
  const edges = new Map()
  const visit = (state, id, parent) => {
    const { invoke, permits, stays } = contentOf(state, commands)
    const kind = state.states.length > 0 ? 'compound' : 'atomic'
    if (id !== '') nodes.push({ id, name: state.name, parent, kind, invoke, permits, stays })
    for (const transition of state.transitions)
      if (transition.target !== null) addEdge(edges, id, transition)
    const pathOf = (name) => (id === '' ? name : `${id}.${name}`)
    if (state.initial !== null) initials.push({ parent: id, to: pathOf(state.initial) })
    for (const inner of state.states) visit(inner, pathOf(inner.name), id)
    return { invoke, permits, stays }
  }
  const root = visit(definition, '', null)
  const content = { root, nodes, initials, edges: [...edges.values()] }
  nameEnds(content)
  return content
}

function contentOf({ invoke, transitions }, commands) {
  const inner = transitions.filter(({ target }) => target === null)
  return {
    invoke,
    permits: inner
      .filter(({ event }) => commands.includes(event))
      .map(({ event, guard }) => ({ command: event, guard })),
    stays: inner
      .filter(({ event }) => !commands.includes(event))
      .map(({ event, guard, actions }) => ({ event, guard, actions })),
  }
}

function addEdge(edges, from, { event, target, guard }) {
  const id = `${from}→${target}${guard === null ? '' : `[${guard}]`}`
  const edge = edges.get(id)
  if (edge === undefined) edges.set(id, { id, from, to: target, events: [event], guard })
  else edge.events.push(event)
}

/** Names the first states, and the last ones: neither they nor a state around them can be left. */
function nameEnds({ nodes, initials, edges }) {
  for (const node of nodes) {
    if (node.kind === 'compound') continue
    const isLeft = edges.some(({ from }) => `${node.id}.`.startsWith(`${from}.`))
    if (initials.some(({ to }) => to === node.id)) node.kind = 'initial'
    else if (!isLeft) node.kind = 'final'
  }
}

/** Returns the ids of the edges that lead back to a state on the way from the first one. */
export function backEdgesOf({ initials, edges }) {
  const back = new Set()
  const done = new Set()
  const visit = (id, way) => {
    if (done.has(id)) return
    const here = [...way, id]
    for (const { parent, to } of initials) if (parent === id) visit(to, here)
    for (const edge of edges) {
      if (edge.from !== id) continue
      if (here.includes(edge.to)) back.add(edge.id)
      else visit(edge.to, here)
    }
    done.add(id)
  }
  visit('', [])
  return back
}
