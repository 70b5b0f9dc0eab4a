import { isJsonObject } from '../../plan/json.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope } from '../contract.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { podTemplateOf } from '../workload-manifests.ts'
import { filtersOf, imageVolumes } from './extensions.ts'
import { consulService, metaOf } from './subsets.ts'

const PREFIX = 'consul.hashicorp.com'

/** The objects of a workload with the annotations that the injector of consul-k8s reads. */
export function onboardPods(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  if (workload.component.spec.onboard === 'off') {
    return withPodMetadata(workload.objects, { annotations: { [`${PREFIX}/connect-inject`]: 'false' } }, ['onboard'])
  }
  const severalServices = workload.versions.some((version) => version.serviceExists)
  const { metrics } = scope.mesh.spec.telemetry ?? {}
  const common: StringMap = {
    [`${PREFIX}/connect-inject`]: 'true',
    // A pod that several Services select has to say which of them it is.
    ...(severalServices ? { [`${PREFIX}/kubernetes-service`]: consulService(workload) } : {}),
    ...(metrics === undefined ? {} : { [`${PREFIX}/enable-metrics`]: String(metrics) }),
    ...imageVolumes(filtersOf(workload, scope), PREFIX),
  }
  return workload.objects.map((object) => {
    const version = versionOf(object, workload)
    const meta = Object.fromEntries(
      Object.entries(version === undefined ? {} : metaOf(version)).map(([key, value]) => [
        `${PREFIX}/service-meta-${key}`,
        value,
      ]),
    )
    return withPodMetadata([object], { annotations: { ...common, ...meta } }, ['mesh'])[0] ?? object
  })
}

/** The version whose labels the pods of an object bear. */
function versionOf(object: DesiredManifest, workload: ResolvedWorkload) {
  const template = podTemplateOf(object.manifest)
  const metadata = isJsonObject(template?.metadata) ? template.metadata : {}
  const labels = isJsonObject(metadata.labels) ? metadata.labels : {}
  return workload.versions.find((version) => Object.entries(version.labels).every(([key, value]) => labels[key] === value))
}
