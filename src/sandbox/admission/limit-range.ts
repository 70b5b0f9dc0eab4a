import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { objectAt, objectsAt, stringMapAt, textAt } from '../builtin/json-tree.ts'

const annotation = 'kubernetes.io/limit-ranger'

/** A container with what it was given, and what is to be said of that. */
interface Filled {
  readonly container: JsonObject
  readonly said: readonly string[]
}

/** What a limit range gives to containers that don't say it themselves. */
function defaultsOf(range: JsonObject, key: 'default' | 'defaultRequest'): JsonObject {
  const items = objectsAt(objectAt(range, 'spec'), 'limits').filter((item) => item.type === 'Container')
  return Object.assign({}, ...items.map((item) => objectAt(item, key) ?? {})) as JsonObject
}

function fill(container: JsonObject, range: JsonObject, what: string): Filled {
  const resources = objectAt(container, 'resources') ?? {}
  const said: string[] = []
  const filled: { [key: string]: JsonValue } = { ...resources }
  const parts = [
    ['requests', 'request', defaultsOf(range, 'defaultRequest')],
    ['limits', 'limit', defaultsOf(range, 'default')],
  ] as const
  for (const [key, word, defaults] of parts) {
    const own = objectAt(resources, key) ?? {}
    const added = Object.keys(defaults).filter((name) => own[name] === undefined)
    if (added.length === 0) continue
    filled[key] = { ...defaults, ...own }
    said.push(`${added.sort().join(', ')} ${word} for ${what} ${textAt(container, 'name')}`)
  }
  return { container: said.length === 0 ? container : { ...container, resources: filled }, said }
}

function withDefaults(pod: JsonObject, range: JsonObject): JsonObject {
  const spec = objectAt(pod, 'spec') ?? {}
  const containers = objectsAt(spec, 'containers').map((each) => fill(each, range, 'container'))
  const initial = objectsAt(spec, 'initContainers').map((each) => fill(each, range, 'init container'))
  const said = [...containers, ...initial].flatMap((each) => each.said)
  if (said.length === 0) return pod
  const metadata = objectAt(pod, 'metadata') ?? {}
  const annotations = { ...stringMapAt(metadata, 'annotations'), [annotation]: `LimitRanger plugin set: ${said.join('; ')}` }
  const initContainers = initial.length === 0 ? {} : { initContainers: initial.map((each) => each.container) }
  const filled = { ...spec, ...initContainers, containers: containers.map((each) => each.container) }
  return { ...pod, metadata: { ...metadata, annotations }, spec: filled }
}

/** Gives the containers of a new pod the requests and limits that its namespace's limit ranges have for those without. */
export function withRangeDefaults(pod: JsonObject, ranges: readonly JsonObject[]): JsonObject {
  return ranges.reduce(withDefaults, pod)
}
