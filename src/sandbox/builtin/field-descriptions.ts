import { fieldDescriptions } from './models/descriptions.ts'

let sentences: ReadonlyMap<string, string> | undefined

function read(): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  for (const line of fieldDescriptions.trim().split('\n')) {
    const space = line.indexOf(' ')
    table.set(line.slice(0, space), line.slice(space + 1))
  }
  return table
}

/** The sentence that `kubectl explain` shows for a field, or for the model itself when no field is named. */
export function describeField(model: string, field: string | undefined): string | undefined {
  sentences ??= read()
  if (field === undefined) return sentences.get(model)
  return sentences.get(`${model}.${field}`) ?? sentences.get(`.${field}`)
}

/** What has a sentence: a model, one of its fields, or under no model a field wherever it occurs. */
export function describedFields(): readonly { readonly model: string; readonly field: string | undefined }[] {
  sentences ??= read()
  return [...sentences.keys()].map((key) => {
    const [model = '', field] = key.split('.', 2)
    return { model, field }
  })
}
