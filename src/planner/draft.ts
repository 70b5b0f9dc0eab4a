import type { Component } from '../design/component.ts'
import type { DesiredManifest } from '../providers/contract.ts'

/** An object on its way from a component to the plan. */
export interface Draft {
  readonly component: Component | undefined
  readonly address: string
  readonly cluster: string
  readonly source: DesiredManifest
  readonly implicit: boolean
}
