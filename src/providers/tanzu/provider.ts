import type { MeshProvider } from '../contract.ts'
import { type CapabilityTable, no, yes } from '../features.ts'
import { istio } from '../istio/provider.ts'

/** Tanzu runs a curated Istio with sidecars; its control plane comes with the service, cluster by cluster. */
const TANZU_CAPABILITIES: CapabilityTable = {
  ...istio.capabilities,
  'onboarding.namespace': yes('Namespace label istio-injection: enabled, over the `disabled` that Tanzu sets on each new one'),
  'onboarding.revision': no('the service chooses the revision of a cluster', 'Leave `revision` out.'),
  'install.charts': no(
    'a cluster is onboarded by the manifest and token that the service gives out',
    'Onboard it there and say `existing: true`, or give that manifest as `install: {manifests: [...]}`.',
  ),
}

/** VMware Tanzu Service Mesh: its Istio resources. Global namespaces stay with its own API. */
export const tanzu: MeshProvider = {
  name: 'tanzu',
  title: 'Tanzu Service Mesh',
  status: istio.status,
  capabilities: TANZU_CAPABILITIES,
  defaultVersion: istio.defaultVersion,
  defaultNamespace: istio.defaultNamespace,
  settingsSchema: {},
  install: (mesh) => ({ ...istio.install(mesh), charts: [] }),
  mesh: istio.mesh,
  onboard: istio.onboard,
  namespaceMetadata: () => ({ labels: { 'istio-injection': 'enabled' }, annotations: {} }),
  traffic: istio.traffic,
  authorization: istio.authorization,
  gateway: istio.gateway,
  external: istio.external,
  filter: istio.filter,
  rules: istio.rules,
  metrics: istio.metrics,
  lint: istio.lint,
}
