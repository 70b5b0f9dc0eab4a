import type { BinaryReader } from './binary-reader.ts'

/** The producers section: field (`language`, `processed-by`, `sdk`) to what stands in it. */
export type Producers = Readonly<Record<string, readonly { readonly name: string; readonly version: string }[]>>

/** More fields or values than any toolchain writes: the rest of the section is noise. */
const maximumEntries = 64

/** Reads a producers section's body (tool-conventions, ProducersSection.md). Throws MalformedModule. */
export function readProducers(body: BinaryReader): Producers {
  const producers: Record<string, readonly { readonly name: string; readonly version: string }[]> = Object.create(null)
  const fields = Math.min(body.count(), maximumEntries)
  for (let field = 0; field < fields; field += 1) {
    const name = body.name()
    const values: { name: string; version: string }[] = []
    const count = body.count()
    for (let index = 0; index < count; index += 1) {
      const value = { name: body.name(), version: body.name() }
      if (values.length < maximumEntries) values.push(value)
    }
    producers[name] = values
  }
  return producers
}

/** Reads a target_features section's body (tool-conventions, Linking.md): the features that are used. Throws MalformedModule. */
export function readTargetFeatures(body: BinaryReader): readonly string[] {
  const features: string[] = []
  const count = body.count()
  for (let index = 0; index < count; index += 1) {
    const prefix = body.byte()
    const name = body.name()
    if (prefix !== 0x2d && features.length < maximumEntries) features.push(name) // '-' means: must not be used
  }
  return features
}
