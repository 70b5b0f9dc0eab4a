// The objects that every tool is given: the same for each, in namespaces of its own. Protocols are spelled out, for old servers.
import { stringify } from 'node:querystring'

const filler = 'x'.repeat(200)

/** ConfigMaps alone, or a mix of ConfigMaps, Services, ServiceAccounts and Deployments; `changed` of them in a hundred differ. */
export function objectsFor(tool, count, kinds, changed = 0) {
  const namespaces = Array.from({ length: 10 }, (_, index) => `${tool}-${index}`)
  const objects = namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  for (let index = 0; index < count; index += 1) {
    const isChanged = changed > 0 && index % Math.round(100 / changed) === 0
    objects.push(objectAt(index, namespaces[index % namespaces.length], kinds, isChanged ? 'changed' : 'value'))
  }
  return objects
}

function objectAt(index, namespace, kinds, value) {
  const metadata = { name: `object-${index}`, namespace, labels: { app: `app-${index % 50}` } }
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { key: `${value} ${index}`, filler } }
  if (kinds === 'configmaps') return configMap
  switch (index % 10) {
    case 6:
    case 7:
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { selector: { app: `${value}-${index}` }, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
      }
    case 8:
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, annotations: { note: value } } }
    case 9:
      return deploymentOf(metadata, value, index)
    default:
      return configMap
  }
}

/** Without replicas: what is measured is the tool, not the pods. */
function deploymentOf(metadata, value, index) {
  const labels = { app: metadata.name }
  const container = {
    name: 'app',
    image: `example.org/app:${value}`,
    env: [{ name: 'INDEX', value: String(index) }],
    ports: [{ containerPort: 80, protocol: 'TCP' }],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  }
}

/** The same objects as a design. */
export function designOf(name, objects) {
  const resources = {}
  for (const object of objects) resources[`${object.kind.toLowerCase()}-${object.metadata.name}`] = { manifest: object }
  return JSON.stringify({ apiVersion: 'meshform.dev/v1', kind: 'Design', metadata: { name, version: '1.0.0' }, resources })
}

/** The same objects with what meshform writes on them, so that a bare loop sends the same bytes. */
export function ownedBy(name, objects) {
  return objects.map((object) => {
    const { labels, annotations } = object.metadata
    const address = `resources.${object.kind.toLowerCase()}-${object.metadata.name}`
    const metadata = {
      ...object.metadata,
      labels: { ...labels, 'meshform.dev/design': name },
      annotations: { ...annotations, 'meshform.dev/address': address },
    }
    return { ...object, metadata }
  })
}

/** The same objects as kubectl reads them. */
export function documentsOf(objects) {
  return objects.map((object) => JSON.stringify(object)).join('\n')
}

const paths = {
  Namespace: 'namespaces',
  ConfigMap: 'configmaps',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  Deployment: 'deployments',
}

/** The path to which an object is patched. */
export function pathOf(object, query) {
  const root = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`
  const inside = object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`
  return `${root}${inside}/${paths[object.kind]}/${object.metadata.name}?${stringify(query)}`
}

/** A chain of resources that depend on earlier ones, in meshform's words and in Terraform's. */
export function dependentResources(count) {
  const resources = {}
  const blocks = []
  for (let index = 0; index < count; index += 1) {
    const before = index < 10 ? undefined : Math.floor(index / 10)
    resources[`r${index}`] = {
      manifest: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `r${index}`, namespace: 'default' },
        data: { key: `value ${index}` },
      },
      ...(before === undefined ? {} : { dependsOn: [`resources.r${before}`] }),
    }
    blocks.push(
      `resource "terraform_data" "r${index}" {\n  input = { key = "value ${index}" }\n${before === undefined ? '' : `  depends_on = [terraform_data.r${before}]\n`}}\n`,
    )
  }
  const design = { apiVersion: 'meshform.dev/v1', kind: 'Design', metadata: { name: 'dependent', version: '1.0.0' }, resources }
  return { design: JSON.stringify(design), terraform: blocks.join('\n') }
}
