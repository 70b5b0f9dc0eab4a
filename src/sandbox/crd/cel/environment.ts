import { Environment } from '@marcbachmann/cel-js'
import { registerAddressFunctions } from './address-functions.ts'
import { registerListFunctions } from './list-functions.ts'
import { registerQuantityFunctions } from './quantity-functions.ts'
import { registerSequenceFunctions } from './sequence-functions.ts'
import { registerTextFunctions } from './text-functions.ts'
import { registerUrlFunctions } from './url-functions.ts'
import { registerVersionFunctions } from './version-functions.ts'

let shared: Environment | undefined

/** CEL as rules of custom kinds have it: the language, optionals, and Kubernetes' own functions. Made at first use. */
export function ruleEnvironment(): Environment {
  if (shared !== undefined) return shared
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxDepth: 250, maxAstNodes: 100_000 },
  })
  registerQuantityFunctions(environment)
  registerUrlFunctions(environment)
  registerAddressFunctions(environment)
  registerListFunctions(environment)
  registerSequenceFunctions(environment)
  registerVersionFunctions(environment)
  registerTextFunctions(environment)
  shared = environment
  return environment
}

let sharedOptional: Environment | undefined

/** The same for rules to which the value before may be missing. */
export function optionalEnvironment(): Environment {
  sharedOptional ??= ruleEnvironment().clone().registerVariable('oldSelf', 'optional<dyn>')
  return sharedOptional
}
