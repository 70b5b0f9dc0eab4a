/** A node of a graph: a component with what it waits for. */
export interface GraphNode {
  readonly address: string
  readonly section: string
  readonly dependencies: readonly string[]
}

/** Languages that graphs are printed in. */
export type GraphFormat = 'dot' | 'mermaid' | 'json'

/** A dependency graph as text; arrows lead from a component to what it waits for. */
export function renderGraph(name: string, nodes: readonly GraphNode[], format: GraphFormat): string {
  switch (format) {
    case 'dot':
      return dot(name, nodes)
    case 'mermaid':
      return mermaid(nodes)
    case 'json':
      return `${JSON.stringify(
        {
          design: name,
          nodes: nodes.map(({ address, section }) => ({ address, section })),
          edges: nodes.flatMap(({ address, dependencies }) =>
            dependencies.map((dependency) => ({ from: address, to: dependency })),
          ),
        },
        null,
        2,
      )}\n`
  }
}

function dot(name: string, nodes: readonly GraphNode[]): string {
  const quote = (text: string) => JSON.stringify(text)
  const lines = nodes.flatMap(({ address, dependencies }) => [
    `  ${quote(address)};`,
    ...dependencies.map((dependency) => `  ${quote(address)} -> ${quote(dependency)};`),
  ])
  return `digraph ${quote(name)} {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname="sans-serif"];\n${lines.join('\n')}\n}\n`
}

function mermaid(nodes: readonly GraphNode[]): string {
  const ids = new Map(nodes.map(({ address }, index) => [address, `n${index}`]))
  const lines = nodes.flatMap(({ address, dependencies }) => [
    `  ${ids.get(address)}["${address.replaceAll('"', '#quot;')}"]`,
    ...dependencies.flatMap((dependency) => (ids.has(dependency) ? [`  ${ids.get(address)} --> ${ids.get(dependency)}`] : [])),
  ])
  return `flowchart LR\n${lines.join('\n')}\n`
}
