import { createHash } from 'node:crypto'
import type { JsonObject } from '../../plan/json.ts'
import { jsonAnswer, lazyAnswer, type SandboxAnswer } from '../api/exchange.ts'
import { mediaRangesOf } from '../api/media-type.ts'
import type { ResourceRegistry, ServedResource } from '../api/resource-registry.ts'
import { askedBinaryType, binaryDocument, binaryDocumentType } from './binary-document.ts'
import { componentsOf, groupVersionDocument } from './group-version-document.ts'

interface Documents {
  readonly generation: number
  readonly index: JsonObject
  readonly groupVersions: ReadonlyMap<string, readonly ServedResource[]>
}

const known = new WeakMap<ResourceRegistry, Documents>()
const texts = new Map<string, string>()
const mostTexts = 500

function byGroupVersion(registry: ResourceRegistry): ReadonlyMap<string, readonly ServedResource[]> {
  const groups = new Map<string, ServedResource[]>()
  for (const resource of registry.all()) {
    const path = `${resource.type.group === '' ? 'api' : 'apis'}/${resource.apiVersion}`
    const resources = groups.get(path)
    if (resources === undefined) groups.set(path, [resource])
    else resources.push(resource)
  }
  return groups
}

/** What a document depends on: built-in kinds by name, custom ones by their schema too. */
function hashOf(resources: readonly ServedResource[], serverVersion: string): string {
  const hash = createHash('sha256').update(serverVersion)
  for (const { type } of resources) {
    hash.update(`${type.group}/${type.version}/${type.kind}`)
    if (type.declaredSchema !== undefined) hash.update(JSON.stringify(type.declaredSchema))
  }
  return hash.digest('hex').toUpperCase()
}

function documentsOf(registry: ResourceRegistry, serverVersion: string): Documents {
  const before = known.get(registry)
  if (before?.generation === registry.generation) return before
  const groupVersions = byGroupVersion(registry)
  const paths: { [path: string]: JsonObject } = {}
  for (const [path, resources] of groupVersions) {
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(resources, serverVersion)}` }
  }
  const documents = { generation: registry.generation, index: { paths }, groupVersions }
  known.set(registry, documents)
  return documents
}

function textOf(resources: readonly ServedResource[], serverVersion: string): string {
  const key = hashOf(resources, serverVersion)
  let text = texts.get(key)
  if (text === undefined) {
    if (texts.size >= mostTexts) texts.clear()
    text = JSON.stringify(groupVersionDocument(resources, serverVersion))
    texts.set(key, text)
  }
  return text
}

/** Answers `/openapi/v3`, the documents under it, and `/openapi/v2`; undefined for another path. */
export function openApiAnswer(
  registry: ResourceRegistry,
  {
    pathname,
    accept = '',
    serverVersion,
  }: { readonly pathname: string; readonly accept: string | undefined; readonly serverVersion: string },
): SandboxAnswer | undefined {
  if (pathname === '/openapi/v3') return jsonAnswer(200, documentsOf(registry, serverVersion).index)
  if (pathname === '/openapi/v2') {
    const info = { title: 'Kubernetes', version: serverVersion }
    const definitions = componentsOf(registry.all(), '#/definitions/')
    const answer = jsonAnswer(200, { swagger: '2.0', info, paths: {}, definitions })
    const wanted = mediaRangesOf(accept)[0]?.type
    if (wanted !== binaryDocumentType && wanted !== askedBinaryType) return answer
    return { ...answer, headers: { 'content-type': binaryDocumentType }, bytes: () => binaryDocument({ ...info, definitions }) }
  }
  if (!pathname.startsWith('/openapi/v3/')) return undefined
  const resources = documentsOf(registry, serverVersion).groupVersions.get(pathname.slice('/openapi/v3/'.length))
  if (resources === undefined) return undefined
  const text = (): string => textOf(resources, serverVersion)
  return lazyAnswer(200, { text, json: () => JSON.parse(text()) as JsonObject })
}
