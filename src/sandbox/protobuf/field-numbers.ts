import { clusterNumbers } from './numbers/cluster-numbers.ts'
import { coreNumbers } from './numbers/core-numbers.ts'
import { platformNumbers } from './numbers/platform-numbers.ts'
import { podNumbers } from './numbers/pod-numbers.ts'
import { volumeNumbers } from './numbers/volume-numbers.ts'
import { workloadNumbers } from './numbers/workload-numbers.ts'

/**
 * Numbers of fields in Kubernetes' protocol buffers, as the `generated.proto` files of 1.36 have them: a model with its
 * fields; lines that are indented go on. What starts with `+` is a message whose fields JSON has in the model itself.
 */
const tables = [coreNumbers, podNumbers, volumeNumbers, workloadNumbers, clusterNumbers, platformNumbers]

/** Stands before the name of a message whose fields are the model's own. */
export const inlined = '+'

let numbers: ReadonlyMap<string, ReadonlyMap<number, string>> | undefined

function read(): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const lines = tables.join('').replaceAll('\n  ', ' ').split('\n')
  const models = new Map<string, ReadonlyMap<number, string>>()
  for (const line of lines) {
    const [model = '', ...fields] = line.split(' ')
    const pairs = fields.map((field) => field.split('='))
    if (model !== '') models.set(model, new Map(pairs.map(([name = '', number = '']) => [Number(number), name])))
  }
  return models
}

/** Fields of a model by their numbers; undefined for a model that isn't known in this form. */
export function fieldNumbers(model: string): ReadonlyMap<number, string> | undefined {
  numbers ??= read()
  return numbers.get(model)
}
