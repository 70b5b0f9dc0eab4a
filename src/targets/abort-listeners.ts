const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when a signal aborts, at once when it has; the function it returns takes that back. However many wait for one signal,
 * it has a single listener: adding and removing one for each of thousands of requests costs more than it looks.
 */
export function whenAborted(signal: AbortSignal, onAbort: () => void): () => void {
  if (signal.aborted) {
    onAbort()
    return () => {}
  }
  let waiting = listeners.get(signal)
  if (waiting === undefined) {
    const all = new Set<() => void>()
    waiting = all
    listeners.set(signal, all)
    const callAll = () => {
      listeners.delete(signal)
      for (const each of all) each()
    }
    signal.addEventListener('abort', callAll, { once: true })
  }
  const all = waiting
  all.add(onAbort)
  return () => {
    all.delete(onAbort)
  }
}
