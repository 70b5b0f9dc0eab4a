import { type Model, parseModel, splitModels } from './model-notation.ts'
import { admissionModels } from './models/admission-models.ts'
import { appsModels } from './models/apps-models.ts'
import { autoscalingModels } from './models/autoscaling-models.ts'
import { batchModels } from './models/batch-models.ts'
import { clusterModels } from './models/cluster-models.ts'
import { coreModels } from './models/core-models.ts'
import { extensionModels } from './models/extension-models.ts'
import { flowModels } from './models/flow-models.ts'
import { metaModels } from './models/meta-models.ts'
import { networkingModels } from './models/networking-models.ts'
import { certificateModels, nodeModels } from './models/node-models.ts'
import { podModels } from './models/pod-models.ts'
import { policyModels } from './models/policy-models.ts'
import { rbacModels } from './models/rbac-models.ts'
import { reviewModels } from './models/review-models.ts'
import { storageModels } from './models/storage-models.ts'
import { volumeModels } from './models/volume-models.ts'

/** Each table with the Go package that its models come from, as OpenAPI documents name them. */
const tables: readonly (readonly [string, string])[] = [
  ['io.k8s.apimachinery.pkg.apis.meta.v1', metaModels],
  ['io.k8s.api.core.v1', podModels],
  ['io.k8s.api.core.v1', volumeModels],
  ['io.k8s.api.core.v1', coreModels],
  ['io.k8s.api.apps.v1', appsModels],
  ['io.k8s.api.batch.v1', batchModels],
  ['io.k8s.api.autoscaling.v2', autoscalingModels],
  ['io.k8s.api.networking.v1', networkingModels],
  ['io.k8s.api.policy.v1', policyModels],
  ['io.k8s.api.rbac.v1', rbacModels],
  ['io.k8s.api.admissionregistration.v1', admissionModels],
  ['io.k8s.api.cluster.v1', clusterModels],
  ['io.k8s.api.storage.v1', storageModels],
  ['io.k8s.api.node.v1', nodeModels],
  ['io.k8s.api.certificates.v1', certificateModels],
  ['io.k8s.api.flowcontrol.v1', flowModels],
  ['io.k8s.api.authorization.v1', reviewModels],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1', extensionModels],
]

interface ModelBlock {
  readonly packageName: string
  readonly text: string
}

let blocks: ReadonlyMap<string, ModelBlock> | undefined
const parsed = new Map<string, Model>()

function modelBlocks(): ReadonlyMap<string, ModelBlock> {
  blocks ??= new Map(
    tables.flatMap(([packageName, table]) => [...splitModels(table)].map(([name, text]) => [name, { packageName, text }])),
  )
  return blocks
}

/** The model of that name, read at first use. Throws for a name that no table has, which is a bug of ours. */
export function modelNamed(name: string): Model {
  let model = parsed.get(name)
  if (model === undefined) {
    const block = modelBlocks().get(name)
    if (block === undefined) throw new Error(`no model is named ${name}`)
    model = parseModel(block.text)
    parsed.set(name, model)
  }
  return model
}

/** Models of the older version of autoscaling: those whose names begin with V1, and the scale of a workload. */
const autoscalingVersion1 = /^(?:V1(?=[A-Z])|(?=Scale(?:Spec|Status)?$))/

/** The model's name with its package in front, as OpenAPI documents refer to it. */
export function qualifiedModelName(name: string): string {
  if (autoscalingVersion1.test(name)) return `io.k8s.api.autoscaling.v1.${name.replace(autoscalingVersion1, '')}`
  return `${modelBlocks().get(name)?.packageName ?? 'io.k8s.api'}.${name}`
}
