import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import type { DesignDraft } from './conversion.ts'

/** An Application of the core model as the file says it. */
interface WantedApplication {
  readonly metadata: JsonObject
  readonly body: JsonObject
  readonly place: ValuePath
  readonly bodyPlace: ValuePath
}

/**
 * An Application: containers and replicas become a Deployment, and their ports a Service unless `advanced.create_service` says no. Returns the
 * addresses.
 */
export function addApplication(key: string, wanted: WantedApplication, draft: DesignDraft): readonly string[] {
  const { metadata, body, place, bodyPlace } = wanted
  const containers = listOf(body.containers)
  const advanced = isJsonObject(body.advanced) ? body.advanced : {}
  const extra = isJsonObject(advanced.labels) ? advanced.labels : {}
  const selector: JsonObject = { app: String(metadata.name) }
  const labels: JsonObject = { ...selector, ...extra }
  for (const field of Object.keys(advanced)) {
    if (field === 'labels' || field === 'create_service') continue
    draft.leaveOut([...bodyPlace, 'advanced', field], { summary: `advanced.${field} of ${key} is left out` })
  }
  const pods = draft.places.mark({ containers }, bodyPlace)
  const spec: JsonObject = {
    ...(typeof body.replicas === 'number' ? { replicas: body.replicas } : {}),
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pods },
  }
  draft.places.mark(spec, bodyPlace)
  const common = { metadata: { ...metadata, labels: { ...labels, ...objectOf(metadata.labels) } }, place, bodyPlace }
  const deployment = draft.addObject(key, { ...common, kind: 'Deployment', apiVersion: 'apps/v1', body: { spec } })
  const ports = containers.flatMap(portsOf)
  if (ports.length === 0 || advanced.create_service === false) return [deployment]
  const service = draft.addObject(`${key}-service`, {
    ...common,
    kind: 'Service',
    apiVersion: 'v1',
    body: { spec: { selector, ports } },
  })
  return [deployment, service]
}

function portsOf(container: JsonObject): readonly JsonObject[] {
  return listOf(container.ports).flatMap(({ containerPort, name, protocol }) => {
    if (typeof containerPort !== 'number') return []
    return [{ port: containerPort, ...(name === undefined ? {} : { name }), ...(protocol === undefined ? {} : { protocol }) }]
  })
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
