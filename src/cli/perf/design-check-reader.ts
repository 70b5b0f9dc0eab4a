import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Component, ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { designCheckValue } from '../../perf/check/design-check.ts'
import { type ReadPerfCheck, readPerfCheck } from '../../perf/check/read-perf-check.ts'
import type { PlanContent } from '../../plan/plan.ts'
import type { CommandIo } from '../command-io.ts'

/** The name of a check of a design: its address without the section, so that checks of patterns keep apart. */
export function checkNameOf(component: Pick<Component, 'address'>): string {
  return component.address.replace(/(^|\.)perfChecks\./, '$1')
}

/** Reads files that a check names, relative to a folder. */
export function fileReader(folder: string): (path: string) => Promise<Uint8Array> {
  return (path) => readFile(resolve(folder, path))
}

/** Reads a check of a design, its files included; mistakes have the component's address. `saved` holds files that a plan carries. */
export async function readDesignCheck(
  io: Pick<CommandIo, 'cwd'>,
  design: Design,
  component: ComponentOf<'perfChecks'>,
  saved: PlanContent['files'] = {},
): Promise<ReadPerfCheck> {
  const onDisk = fileReader(resolve(io.cwd, design.directory))
  const read = await readPerfCheck(
    checkNameOf(component),
    designCheckValue(component.spec),
    async (path) => (saved[path] === undefined ? onDisk(path) : Buffer.from(saved[path], 'base64')),
    (path) => component.locate(path),
  )
  if (!read.ok) return { ok: false, diagnostics: read.diagnostics.map((one) => ({ ...one, address: component.address })) }
  return { ok: true, check: { ...read.check, address: component.address } }
}

/** The files that the checks of a design read, in base64, for a plan to carry. Keys of client certificates stay where they are. */
export async function checkFiles(io: Pick<CommandIo, 'cwd'>, design: Design): Promise<PlanContent['files']> {
  const files: Record<string, string> = {}
  for (const component of design.components) {
    if (component.section !== 'perfChecks') continue
    const written = designCheckValue(component.spec)
    const onDisk = fileReader(resolve(io.cwd, design.directory))
    await readPerfCheck(checkNameOf(component), written, async (path) => {
      const bytes = await onDisk(path)
      if (path !== component.spec.tls?.key) files[path] = Buffer.from(bytes).toString('base64')
      return bytes
    })
  }
  return files
}
