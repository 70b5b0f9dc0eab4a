// The designs that the warm-up runs: small, and with a bit of everything that is common.

/** Objects of the common kinds, as JSON. */
export function objectsDesign(value) {
  const resources = {}
  const add = (apiVersion, kind, name, rest) => {
    const metadata = kind === 'Namespace' ? { name } : { name, namespace: 'warm-up', labels: { app: name } }
    resources[`${kind.toLowerCase()}-${name}`] = { manifest: { apiVersion, kind, metadata, ...rest } }
  }
  add('v1', 'Namespace', 'warm-up', {})
  for (const name of ['a', 'b', 'c', 'd']) {
    add('v1', 'ConfigMap', name, { data: { key: value } })
    add('v1', 'ServiceAccount', name, {})
    add('v1', 'Service', name, { spec: { selector: { app: value }, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } })
    const labels = { app: name }
    const containers = [{ name: 'app', image: `example.org/app:${value}`, ports: [{ containerPort: 80, protocol: 'TCP' }] }]
    const template = { metadata: { labels }, spec: { containers } }
    add('apps/v1', 'Deployment', name, { spec: { replicas: 0, selector: { matchLabels: labels }, template } })
  }
  const metadata = { name: 'warm-up', version: '1.0.0' }
  return JSON.stringify({ apiVersion: 'meshform.dev/v1', kind: 'Design', metadata, resources })
}

/** The kinds of the mesh below, of any shape: as YAML. */
export const shopKinds = [
  ['networking', 'VirtualService', 'virtualservices'],
  ['networking', 'DestinationRule', 'destinationrules'],
  ['security', 'PeerAuthentication', 'peerauthentications'],
  ['security', 'AuthorizationPolicy', 'authorizationpolicies'],
]
  .map(
    ([group, kind, plural]) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.${group}.istio.io}
spec:
  group: ${group}.istio.io
  scope: Namespaced
  names: {kind: ${kind}, plural: ${plural}, singular: ${kind.toLowerCase()}}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`,
  )
  .join('---')

/** A mesh, two workloads and their traffic, as YAML. */
export const shopDesign = `
apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop, version: 1.0.0}

inputs:
  weight: {type: integer, default: 10, minimum: 0, maximum: 100, description: Share of the new version.}

meshes:
  istio: {provider: istio, version: 1.30.0, mtls: strict, install: {manifests: [./crds.yaml]}}

workloads:
  web: {mesh: istio, namespace: shop, image: "example.org/web:1", ports: [{name: http, port: 80}]}
  cart:
    mesh: istio
    namespace: shop
    image: example.org/cart:1
    ports: [{name: http, port: 8080}]
    versions:
      v1: {labels: {version: v1}}
      v2: {labels: {version: v2}}

traffic:
  cart:
    workload: cart
    routes:
      - match: [{headers: {tester: {exact: "true"}}}]
        to: {v2: 100}
      - to: {v1: "\${100 - inputs.weight}", v2: "\${inputs.weight}"}
        timeout: 2s
        retries: {attempts: 3, perTry: 500ms, on: [5xx]}

authorization:
  cart: {workload: cart, allow: [{from: [workloads.web], methods: [GET]}]}

resources:
  settings:
    forEach: [a, b]
    manifest:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${each.key}", namespace: default}
      data: {weight: "\${string(inputs.weight)}"}

outputs:
  weight: {value: "\${inputs.weight}"}
`
