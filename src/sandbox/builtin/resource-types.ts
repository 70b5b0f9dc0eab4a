import type { ResourceType } from '../resource-type.ts'
import { coordinationKinds } from './kinds/coordination-kinds.ts'
import { coreKinds } from './kinds/core-kinds.ts'
import { extensionKinds } from './kinds/extension-kinds.ts'
import { workloadKinds } from './kinds/workload-kinds.ts'

/** Every kind that the sandbox serves without a CustomResourceDefinition. Schemas are made at first use. */
export const builtinResourceTypes: readonly ResourceType[] = [
  ...coreKinds,
  ...workloadKinds,
  ...coordinationKinds,
  ...extensionKinds,
]
