import { isJsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { inResourceWords } from '../consul-vm/words.ts'
import { stringIn } from '../json-view.ts'
import { explainApiGateway, explainApiRoute, explainTerminatingGateway } from './boundaries.ts'
import { explainConsulMesh, explainProxyDefaults } from './mesh-wide.ts'
import {
  explainIntentions,
  explainResolver,
  explainRouter,
  explainServiceDefaults,
  explainSplitter,
  settingWords,
} from './other-meshes.ts'
import { scalarIn, sentence } from './words.ts'

const EXPLAINERS: ReadonlyMap<string, (manifest: Manifest) => readonly string[]> = new Map([
  ['service-splitter', explainSplitter],
  ['service-router', explainRouter],
  ['service-resolver', explainResolver],
  ['service-intentions', explainIntentions],
  ['service-defaults', explainServiceDefaults],
  ['proxy-defaults', explainProxyDefaults],
  ['mesh', explainConsulMesh],
  ['terminating-gateway', explainTerminatingGateway],
  ['api-gateway', explainApiGateway],
  ['http-route', explainApiRoute],
  ['tcp-route', explainApiRoute],
])

/** What an object of Consul's HTTP API does: config entries as their custom resources read, services by where they run. */
export function explainConsulEntry(manifest: Manifest): readonly string[] {
  const { kind, metadata } = manifest
  const spec = isJsonObject(manifest.spec) ? manifest.spec : {}
  if (kind === 'service' || kind === 'node-service') {
    const service = kind === 'service' ? spec : isJsonObject(spec.Service) ? spec.Service : {}
    const name = stringIn(service, kind === 'service' ? 'Name' : 'Service') ?? metadata.name
    const place = stringIn(spec, 'Node') === undefined ? 'with the agent' : `on node ${stringIn(spec, 'Node')}`
    return [sentence(`an instance of ${name} is registered ${place}, at port ${scalarIn(service, 'Port') ?? 'none'}`)]
  }
  const explain = EXPLAINERS.get(kind)
  if (explain === undefined) return Object.keys(spec).length === 0 ? [] : [sentence(`it says ${settingWords(spec)}`)]
  const fields = inResourceWords(spec)
  const destination = kind === 'service-intentions' ? { destination: { name: metadata.name } } : {}
  return explain({ ...manifest, spec: { ...fields, ...destination } })
}
