import { type Model, parseModel, splitModels } from './model-notation.ts'
import { admissionModels } from './models/admission-models.ts'
import { appsModels } from './models/apps-models.ts'
import { autoscalingModels } from './models/autoscaling-models.ts'
import { batchModels } from './models/batch-models.ts'
import { clusterModels } from './models/cluster-models.ts'
import { coreModels } from './models/core-models.ts'
import { extensionModels } from './models/extension-models.ts'
import { metaModels } from './models/meta-models.ts'
import { networkingModels } from './models/networking-models.ts'
import { podModels } from './models/pod-models.ts'
import { policyModels } from './models/policy-models.ts'
import { rbacModels } from './models/rbac-models.ts'
import { reviewModels } from './models/review-models.ts'
import { volumeModels } from './models/volume-models.ts'

const texts = [
  metaModels,
  podModels,
  volumeModels,
  coreModels,
  appsModels,
  batchModels,
  autoscalingModels,
  networkingModels,
  policyModels,
  rbacModels,
  admissionModels,
  clusterModels,
  reviewModels,
  extensionModels,
]

let blocks: ReadonlyMap<string, string> | undefined
const parsed = new Map<string, Model>()

function modelBlocks(): ReadonlyMap<string, string> {
  blocks ??= new Map(texts.flatMap((text) => [...splitModels(text)]))
  return blocks
}

/** The model of that name, read at first use. Throws for a name that no table has, which is a bug of ours. */
export function modelNamed(name: string): Model {
  let model = parsed.get(name)
  if (model === undefined) {
    const block = modelBlocks().get(name)
    if (block === undefined) throw new Error(`no model is named ${name}`)
    model = parseModel(block)
    parsed.set(name, model)
  }
  return model
}

/** Every model's name. */
export function modelNames(): readonly string[] {
  return [...modelBlocks().keys()]
}
