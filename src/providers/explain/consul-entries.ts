import { isJsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { inResourceWords } from '../consul-vm/words.ts'
import { objectsIn, stringIn } from '../json-view.ts'
import {
  explainIntentions,
  explainResolver,
  explainRouter,
  explainServiceDefaults,
  explainSplitter,
  settingWords,
} from './other-meshes.ts'
import { listed, scalarIn, sentence } from './words.ts'

const EXPLAINERS: ReadonlyMap<string, (manifest: Manifest) => readonly string[]> = new Map([
  ['service-splitter', explainSplitter],
  ['service-router', explainRouter],
  ['service-resolver', explainResolver],
  ['service-intentions', explainIntentions],
  ['service-defaults', explainServiceDefaults],
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
  if (kind === 'terminating-gateway') {
    const names = objectsIn(spec, 'Services').flatMap((service) => stringIn(service, 'Name') ?? [])
    return [sentence(`gateway ${metadata.name} leads out to ${listed(names)}`)]
  }
  const explain = EXPLAINERS.get(kind)
  if (explain === undefined) return Object.keys(spec).length === 0 ? [] : [sentence(`it says ${settingWords(spec)}`)]
  const fields = inResourceWords(spec)
  const destination = kind === 'service-intentions' ? { destination: { name: metadata.name } } : {}
  return explain({ ...manifest, spec: { ...fields, ...destination } })
}
