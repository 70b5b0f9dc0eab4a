/** What a running node may give up before it ends. */
export interface Turn {
  /** Gives the place back, as when only health is still waited for. */
  readonly release: () => void
  /** Lets what depends on it begin, as when it is far enough for them. If it fails after that, they are not kept back. */
  readonly pass: () => void
}

/** A node of work. `run` says whether it worked out; it does not throw for what can go wrong. */
export interface WorkNode {
  readonly id: string
  /** Ids of nodes that must be done first. Unknown ids count as done. */
  readonly dependencies: readonly string[]
  /** Takes a place among the running ones; false for nodes that only stand for others. */
  readonly occupies: boolean
  /** Its failure keeps back what waits for it, and never stops the rest of the run. */
  readonly contained?: boolean
  /** Called ahead of `run`, for several nodes at once, once nothing but a free place keeps the node from running. */
  readonly prepare?: () => void
  readonly run: (turn: Turn) => Promise<'done' | 'failed'>
  /** Called instead of `run` when a dependency failed or the run was stopped. `needs` is the root of the trouble. */
  readonly skip: (needs: string, because: 'failed' | 'stopped') => void
}

/** How a walk goes on when something fails. */
export interface GraphOptions {
  readonly concurrency: number
  /** So many ready nodes beyond the running ones are prepared. */
  readonly ahead: number
  /** `stop` begins nothing new after the first failure; `continue` lets independent branches finish. */
  readonly onError: 'stop' | 'continue'
  /** Aborted: nothing new is begun; what runs is finished. */
  readonly stop: AbortSignal
}

/** How many nodes ended how. */
export interface GraphResult {
  readonly done: number
  readonly failed: number
  readonly skipped: number
}

/**
 * Runs every node after what it needs, at most `concurrency` at a time. Linear in nodes and edges; dependants of a failure are
 * skipped with the root cause, the rest goes on. The order among ready nodes is that of the list.
 */
export async function runGraph(nodes: readonly WorkNode[], options: GraphOptions): Promise<GraphResult> {
  const position = new Map(nodes.map((node, index) => [node.id, index]))
  const waiting = nodes.map(() => 0)
  const dependants: number[][] = nodes.map(() => [])
  nodes.forEach((node, index) => {
    for (const dependency of new Set(node.dependencies)) {
      const on = position.get(dependency)
      if (on === undefined) continue
      waiting[index] = (waiting[index] ?? 0) + 1
      dependants[on]?.push(index)
    }
  })
  /** For a node that can't run: the root that failed. */
  const roots: (string | undefined)[] = nodes.map(() => undefined)
  const counts = { done: 0, failed: 0, skipped: 0 }
  const ready: number[] = []
  /** Nodes whose dependants wait for them no longer. */
  const passed = new Set<number>()
  let next = 0
  let prepared = 0
  let running = 0
  let stopped = false
  for (let index = 0; index < nodes.length; index++) if (waiting[index] === 0) ready.push(index)

  return new Promise((resolve, reject) => {
    const letGo = (index: number, root: string | undefined) => {
      if (passed.has(index)) return
      passed.add(index)
      for (const dependant of dependants[index] ?? []) {
        if (root !== undefined && roots[dependant] === undefined) roots[dependant] = root
        waiting[dependant] = (waiting[dependant] ?? 0) - 1
        if (waiting[dependant] === 0) ready.push(dependant)
      }
    }
    const finish = (index: number, outcome: 'done' | 'failed' | 'skipped') => {
      counts[outcome]++
      letGo(index, outcome === 'done' ? undefined : (roots[index] ?? nodes[index]?.id))
      if (outcome === 'failed' && options.onError === 'stop' && nodes[index]?.contained !== true) stopped = true
    }
    /** Many together, not one by one: what is prepared together costs once. */
    const prepareAhead = () => {
      if (stopped || options.stop.aborted || prepared - next > options.ahead / 2) return
      const end = Math.min(ready.length, next + options.ahead)
      for (; prepared < end; prepared++) {
        const index = ready[prepared] ?? 0
        if (roots[index] === undefined) nodes[index]?.prepare?.()
      }
    }
    const pump = () => {
      prepareAhead()
      while (next < ready.length) {
        const index = ready[next] ?? 0
        const node = nodes[index]
        if (node === undefined) throw new Error(`No node at ${index}`)
        const root = roots[index]
        if (root !== undefined || stopped || options.stop.aborted) {
          next++
          node.skip(root ?? node.id, root === undefined || options.stop.aborted ? 'stopped' : 'failed')
          finish(index, 'skipped')
          continue
        }
        if (node.occupies && running >= options.concurrency) return
        next++
        let holds = node.occupies
        if (holds) running++
        const release = () => {
          if (!holds) return
          holds = false
          running--
          pump()
        }
        const pass = () => {
          letGo(index, undefined)
          pump()
        }
        node.run({ release, pass }).then(
          (outcome) => {
            if (holds) running--
            holds = false
            finish(index, outcome)
            pump()
          },
          (error: unknown) => reject(error),
        )
      }
      if (counts.done + counts.failed + counts.skipped === nodes.length) resolve(counts)
    }
    pump()
  })
}
