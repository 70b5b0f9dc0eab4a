import type { ResourceType } from '../resource-type.ts'
import { accessKinds } from './kinds/access-kinds.ts'
import { clusterKinds } from './kinds/cluster-kinds.ts'
import { coreKinds } from './kinds/core-kinds.ts'
import { extensionKinds } from './kinds/extension-kinds.ts'
import { networkKinds } from './kinds/network-kinds.ts'
import { platformKinds } from './kinds/platform-kinds.ts'
import { workloadKinds } from './kinds/workload-kinds.ts'

/** Every kind that the sandbox serves without a CustomResourceDefinition. Schemas are made at first use. */
export const builtinResourceTypes: readonly ResourceType[] = [
  ...coreKinds,
  ...workloadKinds,
  ...networkKinds,
  ...accessKinds,
  ...clusterKinds,
  ...extensionKinds,
  ...platformKinds,
]
