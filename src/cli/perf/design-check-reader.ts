import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Component, ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { designCheckValue } from '../../perf/check/design-check.ts'
import { type ReadPerfCheck, readPerfCheck } from '../../perf/check/read-perf-check.ts'
import type { CommandIo } from '../command-io.ts'

/** The name of a check of a design: its address without the section, so that checks of patterns keep apart. */
export function checkNameOf(component: Pick<Component, 'address'>): string {
  return component.address.replace(/(^|\.)perfChecks\./, '$1')
}

/** Reads files that a check names, relative to a folder. */
export function fileReader(folder: string): (path: string) => Promise<Uint8Array> {
  return (path) => readFile(resolve(folder, path))
}

/** Reads a check of a design, its files included; mistakes have the component's address. */
export async function readDesignCheck(
  io: Pick<CommandIo, 'cwd'>,
  design: Design,
  component: ComponentOf<'perfChecks'>,
): Promise<ReadPerfCheck> {
  const read = await readPerfCheck(
    checkNameOf(component),
    designCheckValue(component.spec),
    fileReader(resolve(io.cwd, design.directory)),
    (path) => component.locate(path),
  )
  if (!read.ok) return { ok: false, diagnostics: read.diagnostics.map((one) => ({ ...one, address: component.address })) }
  return { ok: true, check: { ...read.check, address: component.address } }
}
